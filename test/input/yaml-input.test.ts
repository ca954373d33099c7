import { describe, expect, test } from 'vitest';

import { count, list, section, text } from '../../shared/input/fields.ts';
import { parseYaml } from '../../shared/input/yaml-input.ts';
import { faultsOf } from './given.ts';

const schema = section({
  name: text(),
  people: list(section({ firstName: text(), age: count(0, 150).optional() })).default([]),
});

const faults = (source: string) => faultsOf(parseYaml(source, 'in.yaml', schema));

const keys = 'name, people';

describe('a YAML file that is not one plain document', () => {
  test.each([
    ['nothing', '', 'in.yaml:1: (file): is empty, expected keys and values'],
    ['comments only', '# soon\n\n# more\n', 'in.yaml:1: (file): is empty, expected keys and values'],
    ['null', '~\n', 'in.yaml:1: (file): is empty, expected keys and values'],
    ['a byte order mark only', '\uFEFF', 'in.yaml:1: (file): is empty, expected keys and values'],
    ['a list', '- name: a\n', `in.yaml:1: (file): is a list of 1, expected the keys ${keys}`],
    ['a word', '\n\nhello\n', `in.yaml:3: (file): is a single value, expected the keys ${keys}`],
    [
      'a tab',
      'name: a\npeople:\n\t- firstName: b\n',
      'in.yaml:3: (file): a tab is used to indent, expected spaces',
    ],
    [
      'two documents',
      'name: a\n---\nname: b\n',
      'in.yaml:2: (file): has several documents, expected one document, without a --- line in between',
    ],
    [
      'a %YAML directive',
      '%YAML 1.1\n---\nname: yes\n',
      'in.yaml:1: (file): has a %YAML directive, expected none',
    ],
    [
      'an open bracket',
      'name: a\npeople: [\n',
      'in.yaml:3: (file): is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ], expected valid YAML',
    ],
    [
      'brackets without end',
      '['.repeat(50_000),
      'in.yaml:1: (file): is nested too deeply, expected a few levels',
    ],
    [
      'a tag',
      'name: !!str 5\n',
      'in.yaml:1: name: has a tag (!), expected the value alone, in quotes if it is text',
    ],
    [
      'a key that is a list',
      '? [a]\n: 1\n',
      'in.yaml:1: (file): has a key that is not plain text, expected plain text',
    ],
  ])('has one clear fault: %s', (_, source, fault) => {
    expect(faults(source)).toEqual([fault]);
  });

  test('is refused with anchors and aliases, so no alias can blow up', () => {
    const bomb = ['a: &a [x, x]', 'b: &b [*a, *a]', 'name: *b'].join('\n');
    expect(faults(bomb)).toEqual([
      'in.yaml:1: a: has an anchor (&), expected the value alone',
      'in.yaml:2: b: has an anchor (&), expected the value alone',
      'in.yaml:2: b[0]: is an alias (*), expected the value itself',
      'in.yaml:2: b[1]: is an alias (*), expected the value itself',
      'in.yaml:3: name: is an alias (*), expected the value itself',
    ]);
  });
});

describe('a fault of a YAML file', () => {
  test.each([['\n'], ['\r\n']])(
    'has the right line and key after comments and blank lines, with line ends %j',
    (end) => {
      const source = [
        '# people',
        'name: a',
        '',
        'people:',
        '  # the first',
        '  - firstName: b',
        '    age: 200',
        '  - age: 3',
        '  -',
        '    firstName: {}',
        '  - { firstName: c, age: x }',
      ].join(end);
      expect(faults(source)).toEqual([
        'in.yaml:7: people[0].age: is 200, expected a whole number from 0 to 150',
        'in.yaml:8: people[1].firstName: is missing, expected a text of at most 200 characters',
        'in.yaml:10: people[2].firstName: is a group of keys, expected a text of at most 200 characters',
        'in.yaml:11: people[3].age: is "x", expected a whole number from 0 to 150',
      ]);
    },
  );

  test('has the same place after a byte order mark', () => {
    expect(faults('\uFEFFname: a\npeople: 1\n')).toEqual(['in.yaml:2: people: is 1, expected a list']);
  });
});

describe('a key of a YAML file', () => {
  test('is refused when it is unknown; the nearest known key is suggested, whatever its case and hyphens', () => {
    const source = 'name: a\npeople:\n  - first-name: b\n    FIRSTNAME: c\n    frstName: d\n    height: 3\n';
    const oneOf = 'expected one of firstName, age';
    expect(faults(source)).toEqual([
      'in.yaml:3: people[0].firstName: is missing, expected a text of at most 200 characters',
      `in.yaml:3: people[0].first-name: is not a known key (did you mean firstName?), ${oneOf}`,
      `in.yaml:4: people[0].FIRSTNAME: is not a known key (did you mean firstName?), ${oneOf}`,
      `in.yaml:5: people[0].frstName: is not a known key (did you mean firstName?), ${oneOf}`,
      `in.yaml:6: people[0].height: is not a known key, ${oneOf}`,
    ]);
  });

  test('is unknown when it is the name of a prototype or a merge key', () => {
    const source = 'name: a\n__proto__: { name: b }\nconstructor: 1\nhasOwnProperty: 1\n<<: { name: c }\n';
    const oneOf = `is not a known key, expected one of ${keys}`;
    expect(faults(source)).toEqual([
      `in.yaml:2: __proto__: ${oneOf}`,
      `in.yaml:3: constructor: ${oneOf}`,
      `in.yaml:4: hasOwnProperty: ${oneOf}`,
      `in.yaml:5: "<<": ${oneOf}`,
    ]);
  });

  test('is refused when it stands twice; the fault names the first line, and the rest is still checked', () => {
    expect(faults('name: a\npeople: []\nname: b\nage: 1\n')).toEqual([
      'in.yaml:3: name: is already given in line 1, expected one of the two',
      `in.yaml:4: age: is not a known key, expected one of ${keys}`,
    ]);
  });

  test('may stand in several entries of a list', () => {
    expect(parseYaml('name: a\npeople: [{ firstName: b }, { firstName: b }]', 'in.yaml', schema)).toEqual({
      ok: true,
      value: { name: 'a', people: [{ firstName: 'b' }, { firstName: 'b' }] },
    });
  });
});

test('a fault quotes a key or broken YAML in few characters that cannot control a terminal', () => {
  const longKey = `name: a\n"${'\\e[2J'}${'x'.repeat(1000)}": 1\n`;
  const broken = `name: |\u009b31m${'x'.repeat(1000)}\n`;
  for (const [fault = ''] of [faults(longKey), faults(broken)]) {
    expect(fault).toMatch(/^in\.yaml:[12]: [ -~]+, expected /);
    expect(fault.length).toBeLessThan(230);
  }
});

test('a fault quotes a value in few characters that cannot control a terminal', () => {
  const source = `name: a\npeople:\n  - firstName: b\n    age: "${'\\e[2J\\u202e'}${'x'.repeat(1000)}"\n`;
  const [fault = ''] = faults(source);
  expect(fault).toMatch(/^in\.yaml:4: people\[0\]\.age: is "\\u001b\[2J\\u202ex+\.\.\., expected/);
  expect(fault.length).toBeLessThan(140);
});
