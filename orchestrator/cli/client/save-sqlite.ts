import { rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { Readable } from 'node:stream';
import type { RankedBlocker } from '../../../shared/domain/outcome/ranking.ts';
import { buckets } from '../../../shared/domain/outcome/states.ts';
import type { CampaignStatus } from '../../views/status.ts';
import { clientReport } from '../../http/schemas/campaign-clients.ts';

/** Lists stand as JSON in a column; docs/report.md explains the columns. */
const schema = `
  CREATE TABLE campaign (campaign TEXT, release TEXT, status TEXT, ticket TEXT, createdAt TEXT,
    startedAt TEXT, endedAt TEXT, at TEXT, size INTEGER, settled INTEGER) STRICT;
  CREATE TABLE waves (wave TEXT PRIMARY KEY, size INTEGER, isOpen INTEGER, gate TEXT) STRICT;
  CREATE TABLE states (wave TEXT, state TEXT, clients INTEGER, PRIMARY KEY (wave, state)) STRICT;
  CREATE TABLE causes (cause TEXT, clients INTEGER) STRICT;
  CREATE TABLE blockers (blocker TEXT, alone INTEGER, blocks INTEGER, met INTEGER) STRICT;
  CREATE TABLE clients (client TEXT PRIMARY KEY, wave TEXT, logonServer TEXT, attempt INTEGER, state TEXT,
    "end" TEXT, cause TEXT, reason TEXT, settledAt TEXT, waitsFor TEXT, since TEXT, next TEXT, tries INTEGER,
    relocation TEXT, servicePath TEXT, willBlockAgain INTEGER, stillMarked INTEGER, blockers TEXT,
    evidence TEXT, held TEXT) STRICT, WITHOUT ROWID;
`;

const clientColumns = 20;

/**
 * Writes a campaign and its clients into a new SQLite database, client by client.
 * @param lines a JSON line for each client
 * @returns how many clients
 */
export async function writeDatabase(
  path: string,
  status: Pick<CampaignStatus, 'campaign' | 'release' | 'status' | 'ticket' | 'size' | 'settled'> &
    Pick<CampaignStatus, 'createdAt' | 'startedAt' | 'endedAt' | 'at' | 'waves' | 'causes'>,
  blockers: readonly RankedBlocker[],
  lines: AsyncIterable<Uint8Array>,
): Promise<number> {
  rmSync(path, { force: true });
  const database = new DatabaseSync(path);
  try {
    // The file counts once it has its name, so nothing needs to survive a crash before.
    database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;');
    database.exec(schema);
    database.exec('BEGIN');
    writeHead(database, status, blockers);
    const clients = await writeClients(database, lines);
    database.exec('COMMIT');
    return clients;
  } finally {
    database.close();
  }
}

type Status = Parameters<typeof writeDatabase>[1];

function writeHead(database: DatabaseSync, status: Status, blockers: readonly RankedBlocker[]): void {
  const { campaign, release, ticket = null, createdAt, startedAt, endedAt, at, size, settled } = status;
  database
    .prepare('INSERT INTO campaign VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    .run(campaign, release, status.status, ticket, createdAt, startedAt, endedAt, at, size, settled);
  const wave = database.prepare('INSERT INTO waves VALUES (?, ?, ?, ?)');
  const state = database.prepare('INSERT INTO states VALUES (?, ?, ?)');
  for (const each of status.waves) {
    wave.run(each.wave, each.size, each.isOpen ? 1 : 0, each.gate);
    for (const bucket of buckets) state.run(each.wave, bucket, each.states[bucket]);
  }
  const cause = database.prepare('INSERT INTO causes VALUES (?, ?)');
  for (const each of status.causes) cause.run(each.cause, each.count);
  const blocker = database.prepare('INSERT INTO blockers VALUES (?, ?, ?, ?)');
  for (const { blocker: name, alone, blocks, met } of blockers) blocker.run(name, alone, blocks, met);
}

async function writeClients(database: DatabaseSync, lines: AsyncIterable<Uint8Array>): Promise<number> {
  const places = Array.from({ length: clientColumns }, () => '?').join(', ');
  const insert = database.prepare(`INSERT INTO clients VALUES (${places})`);
  let count = 0;
  for await (const line of createInterface({ input: Readable.from(lines) })) {
    const { client, wave, logonServer, attempt, state, end, cause, reason, settledAt, waitsFor, ...more } =
      clientReport.parse(JSON.parse(line));
    const { since, next, tries, relocation, servicePath, blockers, evidence, held } = more;
    const [blocksAgain, marked] = [more.willBlockAgain ? 1 : 0, more.stillMarked ? 1 : 0];
    const first = [client, wave, logonServer, attempt, state, end, cause, reason, settledAt, waitsFor];
    const rest = [since, next, tries, relocation, servicePath, blocksAgain, marked];
    insert.run(...first, ...rest, JSON.stringify(blockers), evidence, held);
    count += 1;
  }
  return count;
}
