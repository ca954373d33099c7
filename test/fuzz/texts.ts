import fc from 'fast-check';

/**
 * Words that have hurt parsers: names of the language, ends of lines, marks, numbers, escapes,
 * invisible characters.
 */
export const nasty: readonly string[] = [
  ['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', 'length', 'then'],
  ['\n', '\r', '\r\n', '\n\n', '\0', '\t', '\v', '\f', '\u0085', '\u2028', '\u2029', '\uFEFF', '\u200B'],
  [
    '\ud800',
    '\udc00',
    '\u202e',
    '\u001b[2J',
    '\u001b]0;x\u0007',
    'İ',
    'ß',
    'ﬁ',
    'Å',
    '😀',
    'é'.normalize('NFD'),
  ],
  ['0', '-0', '1e999', '-1', '0x10', '0o7', '1_000', 'NaN', 'Infinity', '9007199254740993', '1'.repeat(400)],
  ['null', 'true', '~', '[]', '{}', '""', "''", '"', "'", '`', '\\', '\\\\', '/', '..', '../../etc/passwd'],
  [
    ': ',
    '- ',
    '? ',
    '# ',
    '&a ',
    '*a',
    '<<: *a',
    '!!js/function ',
    '!!binary ',
    '| ',
    '> ',
    '%YAML 1.1',
    '---',
  ],
  [',', ';', '=', '[', ']', '{', '}', '(', ')', '$', '${x}', '%s', '%00', '{{x}}', '<script>', "' OR 1=1"],
  ['aaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', ' '.repeat(300), '.'.repeat(300), '\t'.repeat(80), 'A'.repeat(5_000)],
].flat();

const piece = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...nasty) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
);

type Mutation = (text: string) => string;

const place = fc.integer({ min: 0, max: 9_999 });
const at = (text: string, where: number): number => Math.floor((text.length * where) / 10_000);

const cut = (text: string, from: number, to: number, between: string): string =>
  text.slice(0, from) + between + text.slice(to);

/** Whole lines, because most of what is read is made of them. */
function changeLine(where: number, change: (line: string) => readonly string[]): Mutation {
  return (text) => {
    const lines = text.split('\n');
    const index = Math.floor((lines.length * where) / 10_000);
    return lines.flatMap((line, other) => (other === index ? change(line) : [line])).join('\n');
  };
}

const mutation: fc.Arbitrary<Mutation> = fc.oneof(
  fc.tuple(place, piece).map(
    ([where, word]): Mutation =>
      (text) =>
        cut(text, at(text, where), at(text, where), word),
  ),
  fc.tuple(place, fc.nat(12), piece).map(
    ([where, size, word]): Mutation =>
      (text) =>
        cut(text, at(text, where), at(text, where) + size, word),
  ),
  fc.tuple(place, fc.nat(40)).map(
    ([where, size]): Mutation =>
      (text) =>
        cut(text, at(text, where), at(text, where) + size, ''),
  ),
  place.map(
    (where): Mutation =>
      (text) =>
        text.slice(0, at(text, where)),
  ),
  place.map((where) => changeLine(where, (line) => [line, line])),
  place.map((where) => changeLine(where, () => [])),
  fc
    .tuple(place, piece)
    .map(([where, word]) => changeLine(where, (line) => [line.replace(/[:=,].*$/, `$&${word}`)])),
  fc
    .tuple(place, piece)
    .map(([where, word]) => changeLine(where, (line) => [line.replace(/([:=,]\s*).*$/, `$1${word}`)])),
  fc.tuple(place, piece).map(([where, word]) => changeLine(where, (line) => [line, word])),
  fc.constantFrom<Mutation>(
    (text) => text.replaceAll('\n', '\r\n'),
    (text) => text.replaceAll('\n', '\r'),
    (text) => `\uFEFF${text}`,
    (text) => text.toUpperCase(),
    (text) => text + text,
    (text) => text.replaceAll(' ', '\t'),
  ),
);

/** One of the samples with a few things wrong in it. */
export const mutated = (samples: readonly string[]): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...samples), fc.array(mutation, { minLength: 1, maxLength: 5 }))
    .map(([sample, changes]) => changes.reduce((text, change) => change(text), sample));

/**
 * One short text repeated: where a pattern backtracks or a list is searched again and again, this
 * takes for ever.
 */
export const repeated = (longest: number, words: readonly string[] = []): fc.Arbitrary<string> =>
  fc
    .record({
      head: fc.constantFrom('', ...words),
      body: fc.constantFrom(
        ...nasty.filter((word) => word.length < 40),
        ...words,
        'a',
        ' ',
        'ab\n',
        'x: ',
        '- - ',
        '[ ',
        '{a: ',
      ),
      tail: fc.constantFrom('', '!', '\n', 'x', '"', ']'),
      size: fc.constantFrom(longest / 100, longest / 10, longest / 10, longest),
    })
    .map(({ head, body, tail, size }) => head + body.repeat(Math.ceil(size / body.length)) + tail);

/** Any text: words that hurt, characters of any kind, bytes read as Latin-1. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.array(piece, { maxLength: 30 }).map((words) => words.join('')),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
);

/** Texts against one parser: mostly nearly right, sometimes anything, now and then huge. */
export const hostile = (samples: readonly string[], longest = 200_000): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 60, arbitrary: mutated(samples) },
    { weight: 35, arbitrary: anyText },
    { weight: 2, arbitrary: repeated(longest, samples) },
  );
