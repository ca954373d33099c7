import fc from 'fast-check';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  asProofBlock,
  type ClientProof,
  type ProofBlock,
  proofText,
  provedIn,
  type ReadBlock,
} from '../../orchestrator/audit/proof/assemble-proof.ts';
import { clientProof } from '../../orchestrator/audit/proof/client-proof.ts';
import { headOf } from '../../orchestrator/audit/format/section-hash.ts';
import { namedIn, type Skip, skipsAfter, wayTo } from '../../orchestrator/audit/format/skips.ts';
import { leafOf, rootOf, wayUp } from '../../orchestrator/audit/format/tree.ts';
import { sha256 } from '../../shared/evidence.ts';
import { contextOver, standingClock } from '../fixtures/context.ts';
import { keepingDispatcher } from '../fixtures/dispatchers.ts';
import { at, driven, entry, marking, picks } from '../contract/store/fixtures.ts';
import { storeFixture } from '../contract/store/store-fixture.ts';
import { linesOf, withHeads, writeLines } from './forge.ts';
import { type SealingFixture, sealingFixture, steps } from './sealing-fixture.ts';
import { pino } from 'pino';

const script = join(import.meta.dirname, '../../orchestrator/cli/check-proof.mjs');
const { checkProof } = (await import(script)) as {
  checkProof: (bytes: Uint8Array) => { readonly steps: readonly string[]; readonly head: string };
};

const contextOf = ({ store, archive }: SealingFixture) => ({
  ...contextOver(store, standingClock(0), keepingDispatcher([]), pino({ level: 'silent' })),
  archive,
});

/** The head of a block of a proof, as the script computes it. */
const headOfProved = ({ opening, header, entries, attachments }: ProofBlock): string => {
  const { previous } = JSON.parse(header) as { previous: string };
  return sha256(
    [previous, ...(opening === null ? [] : [opening]), header, entries, attachments, ''].join('\n'),
  );
};

/** A client with two steps, among others, in blocks of a few entries. */
async function played(sealing: SealingFixture): Promise<void> {
  const fixture = storeFixture(sealing.store);
  await fixture.admitted('sp4', picks(9));
  await sealing.sealer.round();
  const begun = await fixture.begun({ campaign: 'sp4', client: 'pc-1' });
  const look = { sha256: sha256('22 of 22 files'), text: '22 of 22 files' };
  await fixture.commit(begun, marking(begun.stored.upgrade), driven, {
    audit: { ...entry('sp4', 'pc-1', 'proved'), from: 'looking', to: 'marking', evidence: look.sha256 },
    evidence: [look],
    at,
  });
  await sealing.sealer.round();
  await steps(sealing.store, 23);
  await sealing.sealer.round();
}

let sealing: SealingFixture;
let proof: ClientProof;

beforeAll(async () => {
  sealing = sealingFixture({ entriesAtMost: 4 });
  await played(sealing);
  const made = await clientProof(contextOf(sealing), 'pc-1');
  if (!made.ok) throw new Error(made.error.message);
  proof = made.value;
});

afterAll(() => sealing[Symbol.dispose]());

describe('the proof of one client', () => {
  test('holds every entry of it, the newest head and its evidence, and nothing of other clients', async () => {
    const entries = (await sealing.entries()).filter(({ client }) => client === 'pc-1');
    expect(proof.entries.map(({ line }) => (JSON.parse(line) as { entry: string }).entry)).toEqual(
      entries.map(({ id }) => id),
    );
    expect(proof.head).toBe((await sealing.store.readSeal(0)).head?.head);
    expect(proof.evidence).toEqual(['22 of 22 files']);
    expect(proofText(proof)).not.toMatch(/"pc-[02-9]/);
    const blocks = (await sealing.store.readSeal(0)).head?.number ?? 0;
    expect(blocks).toBeGreaterThan(8);
    expect(proof.chain.length).toBeLessThan(blocks);
  });

  test('is checked by the script that goes with it', () => {
    const path = join(sealing.folder, 'pc-1.proof.json');
    writeFileSync(path, proofText(proof));
    const run = (...args: readonly string[]) =>
      spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
    const fine = run(path, proof.head);
    expect([fine.status, fine.stderr]).toEqual([0, '']);
    expect(fine.stdout).toContain('looking -> marking: proved\n');
    expect(fine.stdout).toContain(`PROVED: ${proof.entries.length} steps of pc-1`);
    const foreign = run(path, 'f'.repeat(64));
    expect([foreign.status, foreign.stdout]).toEqual([1, '']);
    expect(foreign.stderr).toContain('made later or earlier than that head');
    writeFileSync(path, proofText({ ...proof, client: 'pc-2' }));
    const wrong = run(path);
    expect([wrong.status, wrong.stdout]).toEqual([1, '']);
    expect(wrong.stderr).toContain('NOT PROVED');
  });

  test('is checked with an older head, too, which seals the steps up to its own block and no others', () => {
    const path = join(sealing.folder, 'pc-1.older.json');
    writeFileSync(path, proofText(proof));
    const check = (head: string | undefined) =>
      spawnSync(process.execPath, [script, path, head ?? ''], { encoding: 'utf8' });
    const heads = new Map(proof.chain.slice(1).map((block, at) => [headOfProved(block), at + 1]));
    const steps = proof.entries.length;
    const oldest = check([...heads.keys()].at(-1));
    expect(oldest.stdout).toMatch(/PROVED: 1 steps of pc-1, sealed by block \d+ of the same chain/);
    expect(oldest.stdout).toContain(`Not by it: the last ${steps - 1}, which are newer`);
    const second = check([...heads.keys()][0]);
    expect(second.stdout).toContain(`PROVED: ${steps} steps of pc-1, sealed by block`);
    // A header above that names this block does not seal what another block below it holds.
    const named = proof.chain.flatMap(({ header }) => {
      const { previous, skips = [] } = JSON.parse(header) as { previous: string; skips?: readonly Skip[] };
      return [previous, ...skips.map(([, head]) => head)];
    });
    const passedOver = named.filter((head) => !heads.has(head) && head !== proof.head);
    expect(passedOver.length).toBeGreaterThan(0);
    expect(check(passedOver[0]).status).toBe(1);
  });

  test.each([[[]], [['nowhere.proof.json']]])('is used rightly, or the script says how: %j', (args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^usage: node check-proof\.mjs PROOF \[HEAD\]/);
  });

  test('does not stand any changed byte', () => {
    const bytes = Buffer.from(proofText(proof));
    expect(checkProof(bytes).head).toBe(proof.head);
    const passed: number[] = [];
    for (let place = 0; place < bytes.length; place += 1) {
      for (const bit of [1, 32, 128]) {
        const changed = Buffer.from(bytes);
        changed[place] = (changed[place] ?? 0) ^ bit;
        try {
          checkProof(changed);
          passed.push(place);
        } catch {
          // Found.
        }
      }
    }
    expect(passed).toEqual([]);
  });

  test('does not stand any cut, doubled or inserted piece', () => {
    const bytes = Buffer.from(proofText(proof));
    const place = fc.nat(bytes.length - 1);
    fc.assert(
      fc.property(place, place, fc.uint8Array({ minLength: 1, maxLength: 9 }), (a, b, piece) => {
        const [from, until] = [Math.min(a, b), Math.max(a, b) + 1];
        const cut = Buffer.concat([bytes.subarray(0, from), bytes.subarray(until)]);
        const inserted = Buffer.concat([bytes.subarray(0, from), piece, bytes.subarray(from)]);
        for (const changed of [cut, inserted]) expect(() => checkProof(changed)).toThrow();
      }),
    );
  });

  test('is found wrong by verify where a header names a made-up block, also with right hashes', async () => {
    using other = sealingFixture({ entriesAtMost: 4 });
    await played(other);
    const path = other.archive.files(0)[0] ?? '';
    const lines = linesOf(path);
    writeLines(path, withHeads(lines));
    expect((await other.verify()).faults).toEqual([]);
    const forged = withHeads(lines, (right) =>
      right.skips === undefined ? right : { ...right, skips: [[right.skips[0]?.[0] ?? 0, 'f'.repeat(64)]] },
    );
    writeLines(path, forged);
    expect((await other.verify()).faults[0]?.says).toContain('names other earlier blocks');
  });

  test('is refused where a file was changed, and where nothing is sealed', async () => {
    using other = sealingFixture({ entriesAtMost: 4 });
    await played(other);
    const path = other.archive.files(0)[0] ?? '';
    const lines = linesOf(path);
    writeLines(
      path,
      lines.map((line) => line.replace('"because":"proved"', '"because":"proven"')),
    );
    expect(await clientProof(contextOf(other), 'pc-1')).toMatchObject({ error: { code: 'proof.files' } });
    using empty = sealingFixture();
    expect(await clientProof(contextOf(empty), 'pc-1')).toMatchObject({ error: { code: 'notFound.client' } });
  });
});

describe('the tree over entries', () => {
  test('leads from every leaf to its root', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(), (size, any) => {
        const lines = Array.from({ length: size }, (_, n) => `{"entry":"${n}-0"}`);
        const leaves = lines.map(leafOf);
        const way = wayUp(leaves, any % size);
        const root = way.reduce(
          (below, { at: place, of }) => (of[place] === below ? sha256(of.join('')) : ''),
          leaves[any % size] ?? '',
        );
        expect(root).toBe(rootOf(leaves));
        expect(way.length).toBeLessThanOrEqual(Math.ceil(Math.log(size) / Math.log(4)) + 1);
      }),
    );
  });
});

interface Named {
  readonly block: number;
  readonly shard: number;
  readonly previous: string;
  readonly skips: readonly Skip[];
}

/** A chain of so many blocks, each with a thousand entries; only those that are asked for. */
function chainOf(blocks: number) {
  const headers: string[] = [];
  const heads: string[] = [];
  const campaigns = Object.fromEntries(['sms-sp4', 'sms-sp4-late'].map((name) => [name, 'c'.repeat(64)]));
  let before: Named | null = null;
  const entries = rootOf(linesIn(0).map(leafOf));
  const attachments = 'a'.repeat(64);
  for (let block = 1; block <= blocks; block += 1) {
    const header: Named = {
      block,
      shard: 0,
      previous: heads.at(-1) ?? '0'.repeat(64),
      skips: skipsAfter(before),
    };
    const [first, last] = ['1795900000000-0', '1795900001000-12'];
    headers.push(JSON.stringify({ ...header, first, last, count: 1_000, servpack: '0.1.0', campaigns }));
    heads.push(
      headOf({
        previous: header.previous,
        opening: null,
        header: headers.at(-1) ?? '',
        entries,
        attachments,
      }),
    );
    before = header;
  }
  const read = (block: number): ReadBlock => ({
    opening: null,
    header: headers[block - 1] ?? '',
    attachments,
    leaves: linesIn(0).map(leafOf),
    own: [{ place: 417, line: linesIn(0)[417] ?? '' }],
  });
  return { heads, headers, read };
}

const linesIn = (salt: number): readonly string[] =>
  Array.from({ length: 1_000 }, (_, n) =>
    JSON.stringify({
      entry: `1795900000000-${n}`,
      at: 1_795_900_000_000,
      campaign: 'sms-sp4',
      client: n === 417 ? 'pc-17' : `pc-${salt}-${n}`,
      version: 7,
      who: 'worker w-1:4711',
      from: 'looking',
      to: 'updating',
      because: 'it is free: 22 of 22 files can be replaced, and no program runs from its directory',
      evidence: 'e'.repeat(64),
    }),
  );

describe('a chain of a million clients', () => {
  test('proves one of them in less than 64 KB', () => {
    // Nine entries of each client, a thousand in a block.
    const blocks = 9_000;
    const { heads, read } = chainOf(blocks);
    const own = [3, 4, 900, 901, 905, 2_700, 2_701, 2_702, 2_750];
    const way = wayTo(blocks, own);
    const made: ClientProof = {
      proof: 1,
      client: 'pc-17',
      shard: 0,
      block: blocks,
      head: heads.at(-1) ?? '',
      chain: way.map((block) => asProofBlock(read(block))),
      entries: own.flatMap((block) => provedIn(block, read(block))),
      evidence: [],
    };
    const bytes = Buffer.from(proofText(made));
    expect(checkProof(bytes).steps).toHaveLength(9);
    expect(bytes.length).toBeLessThan(64 * 1_024);
  });

  test('names few earlier blocks, and reaches any of them in few steps', () => {
    const { heads, headers } = chainOf(700);
    const known = headers.map((header) => namedIn(JSON.parse(header) as { block: number; previous: string }));
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 700 }), fc.nat(), (newest, any) => {
        const wanted = 1 + (any % newest);
        const way = wayTo(newest, [wanted]);
        expect([way[0], way.at(-1)]).toEqual([newest, wanted]);
        expect(way.length).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(newest)) + 2);
        for (const [at_, block] of way.entries()) {
          const before = way[at_ - 1];
          const names = new Map(before === undefined ? [] : known[before - 1]);
          expect(before === undefined || names.get(block) === heads[block - 1]).toBe(true);
        }
      }),
    );
  });
});
