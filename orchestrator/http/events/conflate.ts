import type { CampaignStatus } from '../../views/status.ts';

/** An event with the state of a campaign has at most so many bytes. */
const bytesAtMost = 4_096;

/** What is left out first, where a status is larger: lists that grow with the campaign. */
const order = [
  'logonServers',
  'notStaged',
  'shared',
  'restarts',
  'causes',
  'holds',
  'hooks',
  'clientHooks',
  'deferrals',
  'actions',
  'stops',
  'waves',
] as const;

/** What every head has. */
const kept = ['campaign', 'release', 'status', 'at', 'size', 'settled', 'states', 'startedAt', 'endedAt'];

/**
 * The status of a campaign as the data of an event. What does not fit is left out and named, so
 * that a reader that needs it reads the status itself.
 */
export function headOf(status: CampaignStatus): string {
  const { campaign } = status;
  const leftOut: string[] = [];
  let part: Readonly<Record<string, unknown>> = { ...status };
  const data = (): string => JSON.stringify({ campaign, leftOut, status: part });
  const fits = (): boolean => Buffer.byteLength(data()) <= bytesAtMost;
  for (const name of order) {
    if (fits()) return data();
    if (!(name in part)) continue;
    leftOut.push(name);
    part = Object.fromEntries(Object.entries(part).filter(([each]) => each !== name));
  }
  if (fits()) return data();
  leftOut.push(...Object.keys(part).filter((name) => !kept.includes(name)));
  part = Object.fromEntries(Object.entries(part).filter(([name]) => kept.includes(name)));
  return data();
}
