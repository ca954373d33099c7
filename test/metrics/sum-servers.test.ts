import fc from 'fast-check';
import { expect, test } from 'vitest';
import { waveProgress } from '../../orchestrator/domain/wave-progress.ts';
import { sumServers } from '../../orchestrator/metrics/sum-servers.ts';
import { buckets, statesBy } from '../../shared/domain/outcome/states.ts';
import { stateCounter } from '../../shared/domain/outcome/counters.ts';

const server = fc.constantFrom('LS-1', 'LS-2', 'LS 3', 'état', '');
const count = fc.nat(1_000);
const counters = fc
  .array(
    fc.oneof(
      fc
        .tuple(fc.nat(3), server, fc.constantFrom(...buckets), count)
        .map(([wave, at, bucket, of]) => [stateCounter(wave, at, bucket), of] as const),
      fc.tuple(server, count).map(([at, of]) => [`downloading|${at}`, of] as const),
      fc.tuple(fc.nat(3), count).map(([wave, of]) => [`cause|${wave}|disk full`, of] as const),
      fc.tuple(fc.nat(3), count).map(([wave, of]) => [`health|${wave}|unhealthy`, of] as const),
      count.map((of) => ['blocked|program a.exe + program b.exe', of] as const),
    ),
  )
  .map((all) => Object.fromEntries(all));

test('sums over logon servers say the same of every wave as the counters themselves', () => {
  fc.assert(
    fc.property(counters, (given) => {
      const { counters: summed, downloading } = sumServers(given);
      expect(statesBy(summed, 'wave')).toEqual(statesBy(given, 'wave'));
      expect(waveProgress([1, 2, 3, 4], summed)).toEqual(waveProgress([1, 2, 3, 4], given));
      expect(summed['blocked|program a.exe + program b.exe']).toBe(
        given['blocked|program a.exe + program b.exe'],
      );
      const downloads = Object.entries(given).filter(([name]) => name.startsWith('downloading|'));
      expect(new Map(downloads.map(([name, of]) => [name.slice('downloading|'.length), of]))).toEqual(
        downloading,
      );
    }),
  );
});
