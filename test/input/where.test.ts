import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { printWhere } from '../../shared/domain/campaign/where.ts';
import { parseCampaign } from '../../orchestrator/input/campaign-file.ts';
import { parseWhere } from '../../orchestrator/input/parse-where.ts';
import { isLabel } from '../../orchestrator/input/names.ts';
import type { Condition, Where } from '../../shared/domain/campaign/definition.ts';
import { accepted, faultsOf } from './given.ts';

const conditionsIn = (text: string): Where => {
  const read = parseWhere(text);
  if (!read.ok) throw new Error(`${read.error.wrong}, expected ${read.error.expected}`);
  return read.value.map(({ condition }) => condition);
};

test.each<[text: string, conditions: readonly Condition[]]>([
  [
    'site in (PUN,HYD), ring != canary, !kiosk, logonServer = LS-PUN',
    [
      { key: 'site', is: 'in', values: ['PUN', 'HYD'] },
      { key: 'ring', is: 'notIn', values: ['canary'] },
      { key: 'kiosk', is: 'missing' },
      { key: 'logonServer', is: 'in', values: ['LS-PUN'] },
    ],
  ],
  ['a', [{ key: 'a', is: 'there' }]],
  [
    ' !  a ,b ',
    [
      { key: 'a', is: 'missing' },
      { key: 'b', is: 'there' },
    ],
  ],
  ['a==b,c=d,e!=f', ['a b in', 'c d in', 'e f notIn'].map(ofWords)],
  ['a NotIn( b , c )', [{ key: 'a', is: 'notIn', values: ['b', 'c'] }]],
  ['in in (in), notin notin (notin)', ['in in in', 'notin notin notIn'].map(ofWords)],
  [
    'inside, notinside',
    [
      { key: 'inside', is: 'there' },
      { key: 'notinside', is: 'there' },
    ],
  ],
  ['labels = ring=canary', [ofWords('labels ring=canary in')]],
  [
    'logonServer = \\\\LS-1, host = fe80::1%eth0',
    ['logonServer \\\\LS-1 in', 'host fe80::1%eth0 in'].map(ofWords),
  ],
  ['größe != L', [ofWords('größe L notIn')]],
])('reads %s', (text, conditions) => {
  expect(conditionsIn(text)).toEqual(conditions);
});

function ofWords(words: string): Condition {
  const [key = '', value = '', is] = words.split(' ');
  return { key, is: is === 'in' ? 'in' : 'notIn', values: [value] };
}

test.each<[text: string, at: number, wrong: string, expected: string]>([
  ['', 0, 'ends too early', 'a label or a column of the fleet'],
  ['a,', 2, 'ends too early', 'a label or a column of the fleet'],
  ['a,,b', 2, 'has "," as character 3', 'a label or a column of the fleet'],
  ['!', 1, 'ends too early', 'a label or a column of the fleet'],
  ['!a = b', 3, 'has "=" as character 4', 'a comma or the end'],
  ['a b', 2, 'has "b" as character 3', 'one of = == != in notin, a comma or the end'],
  ['a not in (b)', 2, 'has "n" as character 3', 'one of = == != in notin, a comma or the end'],
  ['a > 3', 2, 'has ">" as character 3', 'one of = == != in notin, a comma or the end'],
  ['a; b', 1, 'has ";" as character 2', 'one of = == != in notin, a comma or the end'],
  ['a =', 3, 'ends too early', 'a value'],
  ["a = 'b'", 4, 'has "\'" as character 5', 'a value'],
  ['a === b', 4, 'has "=" as character 5', 'a value'],
  ['a = b c', 6, 'has "c" as character 7', 'a comma or the end'],
  ['a in b', 5, 'has "b" as character 6', 'values in brackets, such as (a, b)'],
  ['a in ()', 6, 'has ")" as character 7', 'a value'],
  ['a in (b', 7, 'ends too early', 'a comma or )'],
  ['a in (b c)', 8, 'has "c" as character 9', 'a comma or )'],
  ['a in (b))', 8, 'has ")" as character 9', 'a comma or the end'],
  ['a, 💥', 3, 'has "💥" as character 4', 'a label or a column of the fleet'],
])('refuses %j at its place', (text, at, wrong, expected) => {
  expect(parseWhere(text)).toEqual({ ok: false, error: { at, wrong, expected } });
});

const labelChars = 'abcXYZ019é._:=/@+-'.split('');
const anyLabel = fc
  .string({ unit: fc.constantFrom(...labelChars), minLength: 1, maxLength: 12 })
  .filter(isLabel);
const anyKey = anyLabel.filter((label) => !label.includes('='));
const anyValue = fc.oneof(
  anyLabel,
  fc.constantFrom('in', 'notin', 'Europe/Rome', '10.0.0.1', 'fe80::1%eth0', '\\\\LS-1', '_ls', 'ring=a=b'),
);
const anyCondition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({ key: anyKey, is: fc.constantFrom('there' as const, 'missing' as const) }),
  fc.record({
    key: fc.oneof(anyKey, fc.constantFrom('in', 'notin')),
    is: fc.constantFrom('in' as const, 'notIn' as const),
    values: fc.array(anyValue, { minLength: 1, maxLength: 4 }),
  }),
);
const anyWhere = fc.array(anyCondition, { minLength: 1, maxLength: 5 });

test('what is printed is read again as the same conditions, however it is spaced', () => {
  const blanks = fc.constantFrom('', ' ', '\n\t ');
  fc.assert(
    fc.property(anyWhere, blanks, blanks, (where, before, after) => {
      const printed = printWhere(where);
      expect(conditionsIn(printed)).toEqual(where);
      expect(conditionsIn(printed.replaceAll(/[,()]/g, `${before}$&${after}`))).toEqual(where);
      expect(printWhere(conditionsIn(printed))).toBe(printed);
    }),
  );
});

test('every position that a fault names is the position of its word', () => {
  fc.assert(
    fc.property(anyWhere, (where) => {
      const text = printWhere(where);
      const read = parseWhere(text);
      for (const { condition, keyAt, valuesAt } of read.ok ? read.value : []) {
        expect(text.startsWith(condition.key, keyAt)).toBe(true);
        const values = 'values' in condition ? condition.values : [];
        expect(valuesAt.map((at, index) => text.startsWith(values[index] ?? ' ', at))).toEqual(
          values.map(() => true),
        );
      }
    }),
  );
});

test('any text is read, or refused at a place of the text', () => {
  const pieces = fc.constantFrom(
    'a',
    'in',
    'notin',
    ' ',
    '=',
    '!',
    '(',
    ')',
    ',',
    '\\',
    '💥',
    '\ud800',
    '\n',
  );
  const texts = fc.oneof(
    fc.string(),
    fc.array(pieces, { maxLength: 30 }).map((all) => all.join('')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const read = parseWhere(text);
      const again = read.ok ? conditionsIn(printWhere(conditionsIn(text))) : null;
      expect(again).toEqual(read.ok ? conditionsIn(text) : null);
      const at = read.ok ? 0 : read.error.at;
      expect(at >= 0 && at <= text.length).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

describe('a where in a campaign file', () => {
  const head = 'campaign: sp4\nrelease: r\nselect:\n';
  const read = (text: string) => parseCampaign(`${head}${text}\n`, 'c.yaml');
  const aComma = 'expected a comma or the end';

  test('stands in the definition as conditions', () => {
    expect(accepted(read('  where: office, ring != canary')).select).toEqual({
      labels: [],
      logonServers: [],
      clients: [],
      where: [
        { key: 'office', is: 'there' },
        { key: 'ring', is: 'notIn', values: ['canary'] },
      ],
    });
    expect(accepted(read('  labels: []')).select).not.toHaveProperty('where');
  });

  test.each([
    ['  where: a = b c', 'c.yaml:4:16: select.where: has "c" as character 7, '],
    ['  where:   "a = b c"', 'c.yaml:4:19: select.where: has "c" as character 7, '],
    ["  where: 'a = b c'", 'c.yaml:4:17: select.where: has "c" as character 7, '],
    [
      '  where: >-\n    a = b,\n      d,\n    e = f g',
      'c.yaml:7:11: select.where: has "g" as character 19, ',
    ],
    ['  where: |\n    a = b\n    c', 'c.yaml:6:5: select.where: has "c" as character 7, '],
    ['  where: a,\n    b = c\n    d', 'c.yaml:6:5: select.where: has "d" as character 10, '],
    // The escape sequence hides the place, so the text as a whole is named.
    ['  where: "\\x61 = b c"', 'c.yaml:4:10: select.where: has "c" as character 7, '],
  ])('names line and column of a fault: %j', (text, fault) => {
    expect(faultsOf(read(text))).toEqual([`${fault}${aComma}`]);
  });

  test('counts no byte order mark, in a file of one line and of Windows', () => {
    const one = '{ campaign: sp4, release: r, select: { where: a b } }';
    const fault = `select.where: has "b" as character 3, expected one of = == != in notin, a comma or the end`;
    for (const text of [one, `\uFEFF${one}`])
      expect(faultsOf(parseCampaign(text, 'c.yaml'))).toEqual([`c.yaml:1:49: ${fault}`]);
    const lines = '\uFEFFcampaign: sp4\r\nrelease: r\r\nselect:\r\n  where: a b\r\n';
    expect(faultsOf(parseCampaign(lines, 'c.yaml'))).toEqual([`c.yaml:4:12: ${fault}`]);
  });

  test.each(['5', 'true', '[a, b]', '{ a: b }', ''])('is text, and not %s', (value) => {
    expect(faultsOf(read(`  where: ${value}`))).toEqual([
      expect.stringMatching(/^c\.yaml:4: select\.where: is .*, expected conditions in quotes, such as "/),
    ]);
  });

  test('needs quotes where YAML reads a tag', () => {
    expect(faultsOf(read('  where: !kiosk'))).toEqual([
      'c.yaml:4: select.where: has a tag (!), expected the value alone, in quotes if it is text',
    ]);
  });
});
