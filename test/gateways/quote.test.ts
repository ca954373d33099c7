import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  asciiJson,
  plainWords,
  quoteArgument,
  quoteKey,
  quoteName,
  quotePath,
} from '../../workers/gateways/windows-ssh/connection/quote.ts';
import { expand, type Node, parse } from '../lab/ssh/cmd-parse.ts';
import { argumentsOf } from '../lab/ssh/programs.ts';

/** The lab's model of cmd.exe, which does not know how servpack quotes, says what a line does. */
const variables = new Map([
  ['PATH', 'C:\\EVIL'],
  ['A', 'x'],
  ['SYSTEMROOT', 'C:\\WINNT'],
]);
const read = (line: string): Node => parse(expand(line, (name) => variables.get(name.toUpperCase())));

/** Characters with a meaning to cmd.exe, beside characters that make them dangerous. */
const hostile = fc.string({
  unit: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...'"&|<>^%!()\\/*?;,= \t@\'`~:.'.split('')) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('%PATH%', '^%', '\\"', '""', '&&', '\r\n', '\u2028', '\u0000', '\ud800'),
    },
    { weight: 2, arbitrary: fc.constantFrom('a', 'Z', '0', 'é', '日', '😀') },
  ),
  maxLength: 60,
});

/**
 * Expects that the line is one harmless command with the value in its text: nothing else runs, and
 * nothing is redirected.
 */
function onlyCommand(line: string): string {
  const node = read(line);
  expect(node).toMatchObject({ kind: 'simple', redirections: [] });
  return node.kind === 'simple' ? node.text : '';
}

describe('a command line quotes', () => {
  test('a path', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const quoted = quotePath(value);
        if (!quoted.ok) return;
        expect(argumentsOf(onlyCommand(`type ${quoted.value}`))).toEqual(['type', value]);
      }),
      { numRuns: 3_000 },
    );
  });

  test('an argument of a program with nearly every character', () => {
    let taken = 0;
    fc.assert(
      fc.property(hostile, (value) => {
        const quoted = quoteArgument(value);
        if (!quoted.ok) return;
        taken += 1;
        expect(argumentsOf(onlyCommand(`sc config S binPath= ${quoted.value}`)).at(-1)).toBe(value);
      }),
      { numRuns: 3_000 },
    );
    expect(taken).toBeGreaterThan(300);
  });

  test('a name', () => {
    let taken = 0;
    fc.assert(
      fc.property(hostile, (value) => {
        const quoted = quoteName(value);
        if (!quoted.ok) return;
        taken += 1;
        expect(argumentsOf(onlyCommand(`sc query ${quoted.value}`))).toEqual(['sc', 'query', value]);
        const key = quoteKey(`HKLM\\SYSTEM\\${value}`);
        const words = argumentsOf(onlyCommand(`reg query ${key.ok ? key.value : ''}`));
        expect(words.at(-1)).toBe(`HKLM\\SYSTEM\\${value}`);
      }),
      { numRuns: 3_000 },
    );
    expect(taken).toBeGreaterThan(300);
  });

  test('every character that the name of a service may hold, at both ends and in the middle', () => {
    const characters = Array.from({ length: 0x2ff }, (_, n) => String.fromCharCode(n)).filter((each) =>
      /[^\\/\p{Cc}\p{Z}]/u.test(each),
    );
    for (const character of characters) {
      const name = `${character}a ${character} b${character}`;
      const quoted = quoteName(name);
      expect([name, quoted.ok]).toEqual([name, true]);
      expect(argumentsOf(onlyCommand(`sc query ${quoted.ok ? quoted.value : ''}`)).at(-1)).toBe(name);
    }
    expect(characters.length).toBeGreaterThan(600);
    for (const refused of ['a/b', 'a\\b', ' a', 'a ', '', 'x'.repeat(257), 'a\nb', 'a\ud800'])
      expect([refused, quoteName(refused).ok]).toEqual([refused, false]);
  });

  test('JSON that is echoed', () => {
    fc.assert(
      fc.property(fc.record({ a: hostile, b: fc.array(hostile, { maxLength: 3 }) }), (value) => {
        const text = onlyCommand(`echo ${asciiJson(value)}`);
        expect(JSON.parse(text.slice('echo '.length))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
      { numRuns: 2_000 },
    );
  });

  test('a text for users', () => {
    fc.assert(
      fc.property(hostile, (value) => {
        const words = plainWords(value);
        expect(argumentsOf(onlyCommand(`msg * "${words}"`)).length).toBe(3);
      }),
      { numRuns: 2_000 },
    );
  });
});

test('a command line takes the paths and names of real machines', () => {
  expect(quotePath('C:\\Program Files (x86)\\A&B\\agent.exe')).toEqual({
    ok: true,
    value: '"C:\\Program Files (x86)\\A&B\\agent.exe"',
  });
  expect(quotePath('\\\\LS-PUN\\SMS_SHR').ok).toBe(true);
  expect(quoteName('SMS_PACKAGE_COMMAND_MANAGER_NT').ok).toBe(true);
  expect(quoteArgument('"%SystemRoot%\\svchost.exe" -k net').ok).toBe(true);
});

test('a path that is too long is refused', () => {
  expect(quotePath(`C:\\${'x'.repeat(8_191)}`).ok).toBe(false);
});

test.each([
  ['C:\\100%\\a', '%'],
  ['C:\\a!b', '!'],
  ['C:\\a"b', '"'],
  ['C:\\a\nb', 'control'],
  ['C:\\a\\', 'separator'],
])('the path %j is refused, with the reason', (path, reason) => {
  const quoted = quotePath(path);
  expect(quoted.ok ? '' : quoted.error).toContain(reason);
});
