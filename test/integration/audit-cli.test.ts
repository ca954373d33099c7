import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openArchive } from '../../orchestrator/audit/archive.ts';
import { openSealer } from '../../orchestrator/audit/seal.ts';
import { sha256 } from '../../shared/evidence.ts';
import { createMemoryStore } from '../twin/memory-store.ts';
import { at, clientOf, driven, entry, marking, picks } from '../contract/store/fixtures.ts';
import { storeFixture } from '../contract/store/store-fixture.ts';
import { pino } from 'pino';
import { runHosted } from '../fixtures/hosted-commands.ts';
import { startSmallOrchestrator } from '../fixtures/small-orchestrator.ts';

/**
 * A client that is admitted, looked at and marked, sealed; then looked at again, not sealed yet.
 */
async function auditedOrchestrator() {
  const store = createMemoryStore(Date.now);
  const orchestrator = await startSmallOrchestrator(store);
  const archive = openArchive({ folder: join(orchestrator.folder, 'audit'), prefix: 'test', shards: 1 });
  const sealer = openSealer({ store, archive, log: pino({ level: 'silent' }), keep: 0 });
  const fixture = storeFixture(store);
  await store.importFleet([clientOf('pc-1'), clientOf('pc-2')]);
  await fixture.admitted('sp4', picks(2));
  const begun = await fixture.begun({ campaign: 'sp4', client: 'pc-1' });
  const look = { sha256: sha256('a look\nof two lines'), text: 'a look\nof two lines' };
  const audit = { ...entry('sp4', 'pc-1', '=nothing, "really"'), from: 'looking', to: 'marking' };
  await fixture.commit(begun, marking(begun.stored.upgrade), driven, {
    audit: { ...audit, evidence: look.sha256 },
    evidence: [look],
    at,
  });
  await sealer.round();
  const stored = await fixture.stored({ campaign: 'sp4', client: 'pc-1' });
  const back = { ...entry('sp4', 'pc-1', 'marked'), from: 'marking', to: 'looking' };
  await fixture.commit({ ...begun, stored }, begun.stored.upgrade, driven, { audit: back, at });
  return { orchestrator, archive, sealer, look, file: archive.files(0)[0] ?? '' };
}

describe('servpack audit', () => {
  test('show prints every step of a machine, the last ones from Redis, with evidence when asked for', async () => {
    const { orchestrator, look } = await auditedOrchestrator();
    await using _closing = orchestrator;
    const shown = await runHosted(orchestrator, ['audit', 'show', 'pc-1', '--evidence']);
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    const lines = shown.stdout.split('\n');
    expect(lines[0]).toBe('pc-1: 3 steps, oldest first');
    expect(shown.stdout).toContain('campaign sp4, file with SHA-256 hash-of-the-file');
    expect(shown.stdout).toContain('waiting -> looking: admitted: a slot is free');
    expect(shown.stdout).toContain(`evidence ${look.sha256}\n      a look\n      of two lines`);
    expect(shown.stdout).toMatch(/by contract; record version 3, servpack \d+\.\d+\.\d+, not sealed/);
    const json = await runHosted(orchestrator, ['audit', 'show', 'pc-1', '--json']);
    const { entries, evidence } = JSON.parse(json.stdout) as {
      entries: { client: string | null; version: number }[];
      evidence: object;
    };
    expect(entries.filter(({ client }) => client !== null).map(({ version }) => version)).toEqual([1, 2, 3]);
    // What people do to the campaign is part of the story of its clients.
    expect(entries[0]).toMatchObject({ client: null, campaign: 'sp4' });
    expect(evidence).toEqual({});
    expect(await runHosted(orchestrator, ['audit', 'show', 'pc-9'])).toMatchObject({ code: 4 });
    expect((await runHosted(orchestrator, ['audit', 'show', 'pc-2'])).stdout).toContain('1 step,');
  });

  test('export prints JSON lines or CSV, of all entries or of a selection', async () => {
    const { orchestrator } = await auditedOrchestrator();
    await using _closing = orchestrator;
    const exported = await runHosted(orchestrator, ['audit', 'export', '--client', 'pc-1']);
    const lines = exported.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { to: string });
    expect(lines.map(({ to }) => to)).toEqual(['looking', 'marking', 'looking']);
    const csv = (await runHosted(orchestrator, ['audit', 'export', '--campaign', 'sp4', '--csv'])).stdout;
    expect(csv.split('\n')[0]).toMatch(/^at,campaign,client,/);
    // A spreadsheet must not run a text of a client as a formula.
    expect(csv).toContain(`"'=nothing, ""really"""`);
    expect(csv.trimEnd().split('\n')).toHaveLength(6);
    expect((await runHosted(orchestrator, ['audit', 'export', '--campaign', 'other'])).stdout).toBe('');
    expect(await runHosted(orchestrator, ['audit', 'export', '--client', 'a b'])).toMatchObject({
      code: 2,
      stdout: '',
    });
  });

  test('verify checks the files of the orchestrator against Redis, and other files by themselves', async () => {
    const { orchestrator, file, sealer } = await auditedOrchestrator();
    await using _closing = orchestrator;
    const own = await runHosted(orchestrator, ['audit', 'verify']);
    expect(own).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/Redis is at block 1\nthe audit is complete and unchanged\n$/),
    });
    const offline = await runHosted(null, ['audit', 'verify', file]);
    expect(offline).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^shard 0: 1 block, 4 entries; /),
    });
    const before = readFileSync(file, 'utf8');
    await sealer.round();
    writeFileSync(file, before);
    // Only the heads show that whole files are missing.
    expect(await runHosted(null, ['audit', 'verify', file])).toMatchObject({ code: 0 });
    expect(await runHosted(orchestrator, ['audit', 'verify'])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('Redis says that block 2 is written; the files here end at block 1'),
    });
    writeFileSync(file, before.replace('"to":"marking"', '"to":"looking"'));
    const broken = await runHosted(null, ['audit', 'verify', file]);
    expect(broken).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('block 1: its lines are not'),
    });
    expect(await runHosted(null, ['audit', 'verify', `${file}.nowhere`])).toMatchObject({ code: 2 });
  });

  test('verify does not call a file complete that ends in the middle of a block', async () => {
    const { orchestrator, file, sealer } = await auditedOrchestrator();
    await using _closing = orchestrator;
    await sealer.round();
    const whole = readFileSync(file, 'utf8');
    for (const end of [
      10,
      whole.indexOf('{"block":1'),
      whole.lastIndexOf('{"block":2') + 9,
      whole.length - 1,
    ]) {
      writeFileSync(file, whole.slice(0, end));
      const torn = await runHosted(null, ['audit', 'verify', file]);
      expect(torn.code).toBe(1);
      expect(torn.stdout).not.toContain('complete and unchanged');
      expect(torn.stdout).toMatch(/ends in the middle of a block \(line \d+\)/);
      expect(torn.stdout).toContain('and incomplete after it (1 file)');
    }
    // Of its own file the orchestrator knows from Redis what should follow.
    expect(await runHosted(orchestrator, ['audit', 'verify'])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('Redis says that block 2 is written; the files here end at block 1'),
    });
    const dry = await runHosted(null, ['rebuild', '--from', file, '--dry-run']);
    expect(dry.stdout).toContain('ends in the middle of a block: what stands there from line');
  });

  test('verify and rebuild find a tail that was cut by the heads in a log', async () => {
    const { orchestrator, file, sealer } = await auditedOrchestrator();
    await using _closing = orchestrator;
    const { head } = await orchestrator.store.readSeal(0);
    const before = readFileSync(file, 'utf8');
    await sealer.round();
    const { head: later } = await orchestrator.store.readSeal(0);
    const log = orchestrator.write(
      'orchestrator.log',
      [head, later]
        .map(
          (each) =>
            `${JSON.stringify({ shard: 0, block: each?.number, head: each?.head, msg: 'audit sealed' })}\n`,
        )
        .join(''),
    );
    expect(await runHosted(null, ['audit', 'verify', file, '--heads', log])).toMatchObject({ code: 0 });
    writeFileSync(file, before);
    expect(await runHosted(null, ['audit', 'verify', file])).toMatchObject({ code: 0 });
    expect(await runHosted(null, ['audit', 'verify', file, '--heads', log])).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('the log says that block 2 is written; the files here end at block 1'),
    });
    expect(await runHosted(null, ['rebuild', '--from', file, '--heads', log, '--dry-run'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('the log says that block 2 is written'),
    });
    expect(await runHosted(null, ['audit', 'verify', file, '--heads', file])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('has no line of an orchestrator'),
    });
  });

  test('rebuild --dry-run prints what it would write and the time of the last entry, without a Redis', async () => {
    const { orchestrator, file } = await auditedOrchestrator();
    await using _closing = orchestrator;
    const dry = await runHosted(null, ['rebuild', '--from', file, '--dry-run']);
    expect(dry).toMatchObject({ code: 0, stderr: '' });
    expect(dry.stdout).toContain(
      'campaign sp4, which is paused: 0 clients finished, 0 waiting, 2 in progress: a look comes before anything is done there',
    );
    expect(dry.stdout).toContain('the audit ends at block 1 of shard 0, 2026-');
    expect(dry.stdout).toContain('2 upgrades may have gone on');
    expect(await runHosted(null, ['rebuild', '--from', file])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('REDIS_URL is not set'),
    });
  });
});
