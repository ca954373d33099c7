import { createReadStream } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { recordIn, recordLine } from '../audit/format/attachment-lines.ts';
import { splitLines } from '../audit/format/split-lines.ts';
import type { Campaign } from '../../shared/domain/campaign/campaign.ts';
import type { CampaignEdition } from '../../shared/domain/campaign/edition.ts';
import type { KeptForecasts } from '../../shared/domain/campaign/forecast.ts';
import type { Counters } from '../../shared/domain/outcome/counters.ts';
import type { StoredUpgrade, WaitingClient } from '../../shared/store/types.ts';
import type { Reported } from '../views/report.ts';

/**
 * The file of an archived campaign: a head, a line for each client, and an end line with their
 * number. The lines are the records themselves, so a later version makes its own report of them.
 */
export interface ArchiveHead {
  /** Version of this format. */
  readonly archive: 1;
  readonly at: number;
  readonly by: string;
  readonly because: string;
  readonly campaign: Campaign;
  readonly counters: Counters;
  /** The editions of its definition; left out by earlier versions. */
  readonly editions?: readonly CampaignEdition[];
  /** Its forecasts that were kept; left out = none was. */
  readonly forecasts?: KeptForecasts;
}

/** A client of the campaign: its record, or where it waited to the end. */
export type ArchivedClient =
  | { readonly kind: 'record'; readonly stored: StoredUpgrade }
  | { readonly kind: 'waiting'; readonly pick: WaitingClient };

const chunkBytes = 256 * 1024;

/**
 * Writes the file under another name first: a file of this name is whole, and on the disk.
 * @returns how many clients it has
 */
export async function writeArchiveFile(
  path: string,
  head: ArchiveHead,
  clients: AsyncIterable<ArchivedClient>,
): Promise<number> {
  const draft = `${path}.part`;
  const file = await open(draft, 'w', 0o600);
  let count = 0;
  try {
    const out = lines(file);
    await out.add(JSON.stringify(head));
    for await (const client of clients) {
      count += 1;
      await out.add(client.kind === 'record' ? recordLine(client.stored) : waitingLine(client.pick));
    }
    await out.add(JSON.stringify({ end: count }));
    await out.flush();
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  const folder = await open(dirname(path), 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
  return count;
}

const waitingLine = ({ client, wave, logonServer }: WaitingClient): string =>
  JSON.stringify({ waiting: client, wave, logonServer });

function lines(file: FileHandle) {
  let kept: string[] = [];
  let length = 0;
  const flush = async (): Promise<void> => {
    await file.appendFile(kept.join(''));
    kept = [];
    length = 0;
  };
  return {
    flush,
    add: async (line: string): Promise<void> => {
      kept.push(line, '\n');
      length += line.length;
      if (length >= chunkBytes) await flush();
    },
  };
}

/** The head alone; null when this is no archive file of a version that is known. */
export async function readArchiveHead(path: string): Promise<ArchiveHead | null> {
  for await (const { line } of splitLines(createReadStream(path))) return headIn(line);
  return null;
}

/** Head and clients; null as `readArchiveHead`, and when the file is not whole. */
export async function readArchiveFile(
  path: string,
): Promise<{ readonly head: ArchiveHead; readonly clients: readonly Reported[] } | null> {
  let head: ArchiveHead | null = null;
  let end: number | null = null;
  const clients: Reported[] = [];
  for await (const { line } of splitLines(createReadStream(path))) {
    if (head === null) {
      head = headIn(line);
      if (head === null) return null;
      continue;
    }
    const text = line.toString('utf8');
    if (text.startsWith('{"end":')) end = (JSON.parse(text) as { readonly end: number }).end;
    else clients.push(clientIn(text));
  }
  return head === null || end !== clients.length ? null : { head, clients };
}

function headIn(line: Buffer): ArchiveHead | null {
  try {
    const head = JSON.parse(line.toString('utf8')) as ArchiveHead;
    return head.archive === 1 ? head : null;
  } catch {
    return null;
  }
}

function clientIn(text: string): Reported {
  if (!text.startsWith('{"waiting":')) return { kind: 'admitted', upgrade: recordIn(text).upgrade };
  const {
    waiting: client,
    wave,
    logonServer,
  } = JSON.parse(text) as {
    readonly waiting: string;
    readonly wave: number;
    readonly logonServer: string;
  };
  return { kind: 'waiting', client, wave, logonServer };
}
