import { parseDocument } from 'yaml';
import type { Gate } from '../../shared/domain/campaign/definition.ts';
import { printDuration } from '../../shared/input/quantities.ts';

/** A wave of a rollback: its clients by name, and the gate that the wave has in the campaign. */
export interface RollbackWave {
  readonly name: string;
  readonly clients: readonly string[];
  readonly gate: Gate;
}

/** When the campaign begins and ends, and whom it takes: a rollback says all of this itself. */
const ownKeys = ['on', 'startAt', 'endAt', 'atEnd', 'schedule', 'membership', 'gate'] as const;

/**
 * The file of a rollback: the file of the campaign under another name and with another release,
 * with these clients in these waves. Budgets, windows, ladder, approvals, hooks and comments stay
 * as they are written. It starts by hand.
 * @param waves in the order in which they are opened; none is empty
 */
export function rollbackFile(
  text: string,
  {
    campaign,
    release,
    waves,
  }: { readonly campaign: string; readonly release: string; readonly waves: readonly RollbackWave[] },
): string {
  const document = parseDocument(text);
  document.set('campaign', campaign);
  document.set('release', release);
  for (const key of ownKeys) document.delete(key);
  document.set('select', document.createNode({ clients: waves.flatMap(({ clients }) => clients) }));
  const last = waves.length - 1;
  const written = waves.map(({ name, clients, gate }, index) =>
    // The last wave takes the rest of the selection, so the file names its clients once.
    index === last
      ? { name, rest: true, gate: gateText(withoutWait(gate)) }
      : { name, clients, gate: gateText(gate) },
  );
  document.set('waves', document.createNode(written));
  const approvals = keptApprovals(
    (document.toJS() as { approvals?: unknown }).approvals,
    waves.slice(1).map(({ name }) => name.toLowerCase()),
  );
  if (approvals === null) document.delete('approvals');
  else document.set('approvals', document.createNode(approvals));
  return document.toString({ lineWidth: 0 });
}

/** No wave follows the last one, so its gate has nothing to wait for. */
const withoutWait = ({ settledPercent, notOkPercent, minSample, upgradedPercent }: Gate): Gate => ({
  settledPercent,
  notOkPercent,
  minSample,
  ...(upgradedPercent === undefined ? {} : { upgradedPercent }),
});

const gateText = (gate: Gate): Readonly<Record<string, unknown>> => ({
  settled: gate.settledPercent,
  ...(gate.upgradedPercent === undefined ? {} : { upgraded: gate.upgradedPercent }),
  failures: gate.notOkPercent,
  minSample: gate.minSample,
  ...(gate.soakMs === undefined ? {} : { soak: printDuration(gate.soakMs) }),
  ...(gate.approval === true ? { approval: true } : {}),
  ...(gate.health === undefined
    ? {}
    : { health: { watch: printDuration(gate.health.watchMs), failures: gate.health.notOkPercent } }),
});

/** The rules about steps, and about waves that open behind another one; null = there are none. */
function keptApprovals(rules: unknown, waves: readonly string[]): readonly unknown[] | null {
  if (!Array.isArray(rules)) return null;
  const kept = (rules as readonly { wave?: unknown }[]).filter(
    ({ wave }) => typeof wave !== 'string' || waves.includes(wave.toLowerCase()),
  );
  return kept.length === 0 ? null : kept;
}
