import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyPaths } from '../../orchestrator/audit/verify.ts';
import { splitLines } from '../../orchestrator/audit/format/split-lines.ts';
import { smallFile } from './small-file.ts';

describe('an audit file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'servpack-tamper-'));
  const path = join(folder, 'changed.jsonl');
  let whole: Buffer;
  let lines: readonly string[];
  beforeAll(async () => {
    whole = await smallFile();
    lines = whole.toString('utf8').split('\n').slice(0, -1);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function isFound(bytes: Buffer): Promise<boolean> {
    writeFileSync(path, bytes);
    const verdict = await verifyPaths([path]);
    if (!verdict.ok) return true;
    const { faults, torn, chains } = verdict.value;
    return faults.length + torn.length > 0 || chains[0]?.blocks !== 3;
  }
  const joined = (changed: readonly string[]): Buffer => Buffer.from(`${changed.join('\n')}\n`);

  it('is whole when nothing was changed, and has every kind of line', async () => {
    expect(await isFound(whole)).toBe(false);
    const kinds = new Set(lines.map((line) => /^\{"(\w+)":/.exec(line)?.[1]));
    expect(kinds).toEqual(
      new Set([
        'audit',
        'block',
        'campaign',
        'entry',
        'evidence',
        'fleet',
        'picks',
        'record',
        'release',
        'seal',
      ]),
    );
  });

  it('is found changed whichever byte differs', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: whole.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (where, by) => {
          const changed = Buffer.from(whole);
          changed[where] = (changed[where] ?? 0) ^ by;
          expect([where, await isFound(changed)]).toEqual([where, true]);
        },
      ),
      { seed: 20_261_122, numRuns: 1_500 },
    );
  });

  it('is found changed when a line is missing, stands twice or stands elsewhere', async () => {
    const all = lines.map((_, index) => index);
    for (const index of all) {
      expect([index, await isFound(joined(lines.toSpliced(index, 1)))]).toEqual([index, true]);
      const twice = lines.toSpliced(index, 0, lines[index] ?? '');
      expect([index, await isFound(joined(twice))]).toEqual([index, true]);
      for (const other of all.filter((each) => lines[each] !== lines[index])) {
        const moved = lines.toSpliced(index, 1).toSpliced(other, 0, lines[index] ?? '');
        if (moved.join('\n') === lines.join('\n')) continue;
        expect([index, other, await isFound(joined(moved))]).toEqual([index, other, true]);
      }
    }
  });

  it('is found changed wherever it is cut off', async () => {
    for (let end = 0; end < whole.length; end += 7)
      expect([end, await isFound(whole.subarray(0, end))]).toEqual([end, true]);
  });

  it.each(['campaign', 'picks', 'record', 'fleet', 'release'])(
    'is found changed by the seal of its block, when the change is in an attachment: %s',
    async (kind) => {
      const index = lines.findIndex((line) => line.startsWith(`{"${kind}":`));
      const line = lines[index] ?? '';
      // The last character of the last word: the line is still JSON, and no other check reads it.
      const at = [...line.matchAll(/\w(?=")/g)].at(-1)?.index ?? 0;
      const other = line[at] === 'x' ? 'y' : 'x';
      writeFileSync(path, joined(lines.with(index, line.slice(0, at) + other + line.slice(at + 1))));
      expect(await verifyPaths([path])).toMatchObject({
        value: {
          faults: [
            { says: expect.stringMatching(/^its lines are not those that were sealed/) },
            { says: expect.stringMatching(/does not follow/) },
          ],
          chains: [{ blocks: 3 }],
        },
      });
    },
  );

  it('names the block that was changed, and its lines', async () => {
    const index = lines.findIndex((line) => line.includes('"to":"marking"'));
    const changed = lines.with(index, (lines[index] ?? '').replace('"who":"contract"', '"who":"somebody"'));
    writeFileSync(path, joined(changed));
    const block = lines.findLastIndex((line, at) => at < index && line.startsWith('{"block":'));
    expect(await verifyPaths([path])).toMatchObject({
      value: {
        faults: [
          {
            block: 3,
            says: `its lines are not those that were sealed (lines ${block + 1} to ${lines.length})`,
          },
        ],
      },
    });
  });
});

describe('split lines', () => {
  it('are the same in whatever pieces the bytes arrive', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom('a', 'é', '\n', '\r') }),
        fc.integer({ min: 1, max: 5 }),
        async (text, size) => {
          const bytes = Buffer.from(text);
          const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
            bytes.subarray(n * size, (n + 1) * size),
          );
          async function* source() {
            yield* pieces;
          }
          const found = await Array.fromAsync(splitLines(source()));
          const wholeLines = found.filter(({ isWhole }) => isWhole).map(({ line }) => line.toString());
          const rest = found.find(({ isWhole }) => !isWhole)?.line.toString() ?? '';
          expect([...wholeLines, rest].join('\n')).toBe(text);
          expect(found.at(-1)?.end ?? 0).toBe(bytes.length);
        },
      ),
      { seed: 20_261_122, numRuns: 300 },
    );
  });
});
