import type { Course, EndedClient } from './course.ts';
import type { History } from './history.ts';

/**
 * The course as the audit and the records say it, without any decision made again: openings,
 * admissions and endings are entries, and how a client ended stands in its record. How a client had
 * ended before a person opened it again stands in no record: the same as in `again`.
 */
export function recordedCourse({ items, records, campaign }: History, again: Course): Course {
  const openings: { at: number; wave: number; because: string }[] = [];
  const admissions: { at: number; client: string; wave: number }[] = [];
  const settled: { at: number; client: string }[] = [];
  const waveOf = new Map(again.admissions.map(({ client, wave }) => [client, wave]));
  for (const item of items) {
    if (item.kind !== 'entry') continue;
    const { at, client, from, to, because, version } = item.entry;
    if (client === null) {
      const name = /^wave (\S+) opens: /u.exec(because)?.[1];
      const isStart = to === 'running' && openings.length === 0;
      if (isStart || name !== undefined) openings.push({ at, wave: openings.length, because });
    } else if (version !== null) {
      if (from === 'waiting' && to === 'looking')
        admissions.push({ at, client, wave: records.get(client)?.wave ?? waveOf.get(client) ?? 0 });
      if (to === 'settled' && from !== 'settled') settled.push({ at, client });
    }
  }
  const lastAt = new Map(settled.map(({ client }, index) => [client, index]));
  const endings = settled.map(({ at, client }, index): EndedClient => {
    const record = records.get(client);
    const made = again.endings[index];
    const isLast = lastAt.get(client) === index;
    if (isLast && record?.state.phase === 'settled') {
      const { end, cause } = record.state;
      return { at, client, wave: record.wave, end, cause };
    }
    return {
      at,
      client,
      wave: record?.wave ?? 0,
      end: made?.end ?? 'needsAttention',
      cause: made?.cause ?? 'not known',
    };
  });
  const { state } = campaign;
  return { openings, admissions, endings, endedAt: 'endedAt' in state ? state.endedAt : null };
}
