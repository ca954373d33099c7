import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApiClient } from '../../orchestrator/cli/client/api-client.ts';
import { listTo } from '../../orchestrator/cli/client/list-clients.ts';
import { safeLine } from '../../orchestrator/cli/render/view.ts';
import { csvField } from '../../orchestrator/views/csv.ts';
import { visibleJson } from '../../shared/visible-text.ts';

/** What a terminal executes (a title, a cleared screen, C1) or reorders. */
const hostile = '\u001B]0;title\u0007\u009B2J\u202Egnp.exe\u2066\u2028\u0085\u007F end';
const unsafe = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;

describe('text of a client in JSON', () => {
  it('means the same, and holds nothing that a terminal executes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constant(hostile)), (value) => {
        const json = visibleJson(JSON.stringify({ value }));
        expect(JSON.parse(json)).toEqual({ value });
        expect(json).not.toMatch(unsafe);
      }),
    );
    expect(visibleJson(JSON.stringify({ value: hostile }, null, 2)).split('\n')).toHaveLength(3);
  });

  it('is safe in a list of lines from any sender, as JSON and as text', async () => {
    const line = `{"client":"${hostile.replace('\u001B', '').replace('\u0007', '')}"}`;
    const api = {
      stream: async () => ({ ok: true, value: new Blob([`${line}\n`]).stream() }),
    } as unknown as ApiClient;
    const shown = { columns: [{ head: 'entry' }], textsOf: (each: string) => [each] };
    for (const form of ['json', 'text'] as const) {
      const output = new PassThrough();
      const all = text(output);
      await listTo(output, api, '/', { query: {}, form, shown });
      output.end();
      expect((await all).replaceAll('\n', '')).not.toMatch(unsafe);
    }
  });

  it('is shown as far as it came where the connection breaks', async () => {
    async function* broken() {
      yield Buffer.from('pc-1\npc-2\n');
      throw new Error('cut');
    }
    const api = {
      stream: async () => ({ ok: true, value: ReadableStream.from(broken()) }),
    } as unknown as ApiClient;
    const output = new PassThrough();
    const all = text(output);
    const shown = { columns: [{ head: 'client' }, { head: 'why' }], textsOf: (each: string) => [each, 'x'] };
    const listed = await listTo(output, api, '/', { query: {}, form: 'text', shown });
    output.end();
    expect(await all).toBe('client  why\npc-1    x\npc-2    x\n');
    expect(listed).toMatchObject({ error: { code: 'unreachable.brokenOff' } });
  });

  it('is safe in the log of a process', async () => {
    const program = `
      import { openLog } from './shared/log.ts';
      openLog('test', 'info').warn({ path: ${JSON.stringify(hostile)} }, ${JSON.stringify(hostile)});`;
    const args = ['--input-type=module-typescript', '-e', program];
    const child = spawn(process.execPath, args, { cwd: join(import.meta.dirname, '../..') });
    const logged = text(child.stderr);
    await once(child, 'close');
    const line = (await logged).trimEnd();
    expect(line).not.toMatch(unsafe);
    expect(JSON.parse(line)).toMatchObject({ path: hostile, msg: hostile });
  });
});

describe('a finished line', () => {
  it('keeps its colours, and nothing else that a terminal executes', () => {
    expect(safeLine('\u001B[1mbold\u001B[22m and \u001B[31mred\u001B[39m')).toBe(
      '\u001B[1mbold\u001B[22m and \u001B[31mred\u001B[39m',
    );
    expect(safeLine(`a ${hostile}`)).not.toMatch(unsafe);
    // Concealed text, and a moved cursor, are no colours of ours.
    expect(safeLine('\u001B[8mhidden\u001B[2A')).not.toMatch(unsafe);
  });
});

describe('a field of CSV', () => {
  // OWASP, CSV Injection: the first characters, full-width ones, and other separators.
  it.each([
    ['=1+1', "'=1+1"],
    ['@SUM(1)', "'@SUM(1)"],
    ['\uFF1D1+1', "'\uFF1D1+1"],
    ['\uFF0B1', "'\uFF0B1"],
    ['\uFF0D1', "'\uFF0D1"],
    ['\uFF20x', "'\uFF20x"],
    [' =1', "' =1"],
    ['\u00A0=1', "'\u00A0=1"],
    ['\uFEFF=1', "'\uFEFF=1"],
    ['\u200B=1', "'\u200B=1"],
    ['a;=1', "a;'=1"],
    ['a; =1', "a;' =1"],
    ['a\t=1', "a\t'=1"],
    ['a|@x', "a|'@x"],
    ['a\n=1', '"a\n\'=1"'],
    ['a\r=1', '"a\n\'=1"'],
    ['\t=1', "'\t'=1"],
    ['a;"=1"', '"a;""=1"""'],
    ['C:\\a-b; c@d', 'C:\\a-b; c@d'],
  ])('%j is tamed: %j', (value, field) => {
    expect(csvField(value)).toBe(field);
  });

  it('is plain for numbers, truth and nothing', () => {
    expect([-5, true, null].map(csvField)).toEqual(['-5', 'true', '']);
  });

  it('holds nothing that a terminal executes', () => {
    expect(csvField(hostile)).not.toMatch(unsafe);
    expect(csvField('a\r\nb\tc')).toBe('"a\nb\tc"');
  });
});
