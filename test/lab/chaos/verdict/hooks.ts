import type { Entry } from '../../operator.ts';
import type { HookMark } from '../control/hook-program.ts';
import type { RawRecord } from '../walk.ts';
import type { Stories } from './audit.ts';
import { about, type Fault, general } from './line.ts';
import { realTimeOf } from './real-time.ts';

export interface HookEvidence {
  readonly campaign: string;
  /** The waves in their order. */
  readonly waves: readonly string[];
  readonly entries: readonly Entry[];
  /** What the program has written itself, one mark for each run. */
  readonly marks: readonly HookMark[];
  readonly stories: Stories;
  readonly records: readonly RawRecord[];
}

const hooksOf = (waves: readonly string[]): readonly string[] => [
  'before-campaign',
  ...waves.flatMap((wave) => [`before-wave-${wave}`, `after-wave-${wave}`]),
  'after-campaign',
];

/** Each hook ran once for each cause, or is said to be unknown, and let pass what it holds. */
export function hookFaults(evidence: HookEvidence): readonly Fault[] {
  const { campaign, waves, marks } = evidence;
  const names = hooksOf(waves);
  const strangers = marks.filter((mark) => mark.campaign !== campaign || !names.includes(mark.hook));
  return [
    ...general(strangers.map(({ campaign: of, hook }) => `${hook} of ${of} ran, and there is no such hook`)),
    ...names.flatMap((hook) => general(runFaults(evidence, hook).map((what) => `hook ${hook}: ${what}`))),
    ...waves.flatMap((_, wave) => earlyFaults(evidence, wave)),
  ];
}

const entriesOf = ({ campaign, entries }: HookEvidence, hook: string): readonly Entry[] =>
  entries.filter(
    (entry) =>
      entry.campaign === campaign &&
      entry.because.startsWith(`hook ${hook}: `) &&
      entry.to.startsWith('hook '),
  );

function runFaults(evidence: HookEvidence, hook: string): readonly string[] {
  const marks = evidence.marks.filter((mark) => mark.hook === hook);
  const marked = (run: number): number => marks.filter((mark) => mark.run === run).length;
  const faults: string[] = [];
  let [runs, isRunning] = [0, false];
  let last = '';
  for (const { to } of entriesOf(evidence, hook)) {
    last = to;
    if (to === 'hook running') {
      if (isRunning) faults.push(`run ${runs + 1} begins while run ${runs} goes on`);
      [runs, isRunning] = [runs + 1, true];
      if (marked(runs) > 1) faults.push(`its program ran ${marked(runs)} times for run ${runs}`);
    } else {
      const hasEnded = to === 'hook go' || to === 'hook stop' || (to === 'hook wait' && isRunning);
      if (hasEnded && !isRunning) faults.push(`is "${to}" without a run`);
      if (hasEnded && marked(runs) === 0) faults.push(`run ${runs} is "${to}", and its program never ran`);
      isRunning = false;
    }
  }
  const beyond = marks.filter(({ run }) => run > runs).length;
  return [
    ...faults,
    ...(beyond === 0 ? [] : [`its program ran ${beyond} times that no entry announces`]),
    ...(last === 'hook go' || last === 'hook accepted' ? [] : [`ends as "${last || 'never reached'}"`]),
  ];
}

/** A client of a wave that began before the hooks before the wave had said go. */
function earlyFaults(evidence: HookEvidence, wave: number): readonly Fault[] {
  const { waves, stories, records } = evidence;
  const before = hooksOf(waves).slice(0, 2 + 2 * wave);
  const passedAt = before.map((hook) => {
    const passed = entriesOf(evidence, hook).find(({ to }) => to === 'hook go' || to === 'hook accepted');
    return passed === undefined ? Number.POSITIVE_INFINITY : realTimeOf(passed);
  });
  const from = Math.max(...passedAt);
  return records
    .filter(({ upgrade }) => upgrade.wave === wave)
    .flatMap(({ client }) => {
      const begun = stories.get(client)?.find((entry) => entry.from === 'waiting');
      return begun === undefined || realTimeOf(begun) >= from
        ? []
        : about(client, [`began before the hooks of wave ${waves[wave] ?? ''} had said go`]);
    });
}
