import { expect, test } from 'vitest';
import { fingerprint } from '../../shared/domain/observation/blocker.ts';
import { rankBlockers } from '../../shared/domain/outcome/ranking.ts';

/** Windows allows ` + ` and bars in the name of a service (CreateServiceW). */
const services = ['Notepad + Service (x86)', 'a|b + program c.exe', 'Zabbix Agent 2'].map((service) =>
  fingerprint({
    kind: 'service',
    service,
    executable: 'a.exe',
    imagePath: String.raw`C:\A\A.EXE`,
    startType: 'automatic',
    structural: true,
    since: 0,
  } as never),
);

test('blockers are ranked by their names, whatever these hold', () => {
  const together = services.toSorted().join(' + ');
  const counters = {
    ...Object.fromEntries(services.map((name) => [`seen|${name}`, 2])),
    [`blocked|${together}`]: 1,
    [`blocked|${services[0]}`]: 1,
  };
  expect(
    rankBlockers(counters).map(({ blocker, alone, blocks, met }) => [blocker, alone, blocks, met]),
  ).toEqual([
    [services[0], 1, 2, 2],
    ...services
      .slice(1)
      .toSorted()
      .map((name) => [name, 0, 1, 2]),
  ]);
});

test('counters without the names of what was seen are taken apart at each plus', () => {
  expect(rankBlockers({ 'blocked|program a + program b': 1 }).map(({ blocker }) => blocker)).toEqual([
    'program a',
    'program b',
  ]);
});
