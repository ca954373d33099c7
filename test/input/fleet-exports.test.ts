import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { delimiters } from '../../orchestrator/input/csv-delimiter.ts';
import { readFleetFile } from '../../orchestrator/input/fleet-csv.ts';
import { decodeFleet } from '../../orchestrator/input/fleet-encoding.ts';
import { accepted, faultsOf } from './given.ts';

const bytesOf = (text: string, ...start: number[]): Buffer =>
  Buffer.concat([Buffer.from(start), Buffer.from(text, 'latin1')]);

const bigEndian = (text: string): Buffer => Buffer.from(`\uFEFF${text}`, 'utf16le').swap16();

function imported(bytes: Uint8Array) {
  const { text, encoding } = accepted(decodeFleet(bytes, 'f.csv'));
  const { clients, delimiter } = accepted(readFleetFile(text, 'f.csv'));
  return { encoding, delimiter, clients };
}

const refused = (bytes: Uint8Array): readonly string[] => {
  const read = decodeFleet(bytes, 'f.csv');
  return faultsOf(read.ok ? readFleetFile(read.value.text, 'f.csv') : read);
};

const two = [
  { client: 'PC-1', logonServer: 'LS-KOELN', labels: ['Büro', 'Köln'] },
  { client: 'PC-2', logonServer: 'LS-KOELN', labels: ['Außen'] },
];

const german = (delimiter: string, end = '\r\n'): string =>
  ['Client;LogonServer;Labels', 'PC-1;LS-KOELN;Büro Köln', 'PC-2;LS-KOELN;Außen', '']
    .map((row) => row.replaceAll(';', delimiter))
    .join(end);

/**
 * Excel in Europe saves Windows-1252 with semicolons (AlexanderWillner/things.sh 27), "Unicode
 * text" as UTF-16 LE with tabs (Oracle, OutputUnicode), and obeys `sep=` (asafdav/ng-csv 28).
 */
describe('what Excel saves is the fleet that it shows', () => {
  test.each([
    ['CSV of a German Excel', Buffer.from(german(';'), 'latin1'), 'Windows-1252', ';'],
    ['CSV UTF-8 of a German Excel', Buffer.from(`\uFEFF${german(';')}`), 'UTF-8', ';'],
    ['Unicode text', Buffer.from(`\uFEFF${german('\t')}`, 'utf16le'), 'UTF-16 LE', '\t'],
    ['UTF-16 of the other order', bigEndian(german('\t')), 'UTF-16 BE', '\t'],
    ['plain UTF-8', Buffer.from(german(',')), 'UTF-8', ','],
    ['a file with sep=;', Buffer.from(`sep=;\r\n${german(';')}`, 'latin1'), 'Windows-1252', ';'],
    ['sep= and a tab', Buffer.from(`sep=\t\n${german('\t', '\n')}`), 'UTF-8', '\t'],
    ['a list separator of the site', Buffer.from(german('|')), 'UTF-8', '|'],
  ])('%s', (_, bytes, encoding, delimiter) => {
    expect(imported(bytes)).toMatchObject({ encoding, delimiter, clients: two });
  });
});

/**
 * The form of the file in NIVANorge/odm2-postgres-api (import_users, README): Get-ADUser | Select |
 * Export-CSV -Delimiter ";" -Encoding UTF8. Windows PowerShell 5.1 writes the type of the objects
 * first (Microsoft, Export-Csv, -NoTypeInformation), and its `>` writes UTF-16.
 */
describe('what Export-Csv writes is read', () => {
  const type = '#TYPE Selected.Microsoft.ActiveDirectory.Management.ADComputer';
  const rows = ['"Client";"Host";"LogonServer"', '"PC-1";"pc-1.corp.example";"LS1"', ''];

  test.each([
    ['with its type, in UTF-8 with a mark', Buffer.from(`\uFEFF${[type, ...rows].join('\r\n')}`)],
    ['in UTF-16', Buffer.from(`\uFEFF${[type, ...rows].join('\r\n')}`, 'utf16le')],
    ['after Excel has saved it', Buffer.from([`${type};;`, ...rows].join('\r\n'))],
    ['in quotes', Buffer.from([`"${type}"`, ...rows].join('\r\n'))],
    ['with -NoTypeInformation', Buffer.from(rows.join('\r\n'))],
    ['with sep= before it', Buffer.from(['sep=;', type, ...rows].join('\r\n'))],
  ])('%s', (_, bytes) => {
    expect(imported(bytes).clients).toMatchObject([
      { client: 'PC-1', host: 'pc-1.corp.example', logonServer: 'LS1' },
    ]);
  });
});

test('white space of every kind around cells, headers and labels is no content', () => {
  const odd = ['\u00A0', '\u2007', '\u202F', '\u3000', '\u200B', '\u200E', '\u2060', '\uFEFF', '\u00AD'];
  for (const space of odd) {
    const text = `${space}client${space},logonServer${space},labels\n${space}PC-1,LS1${space},a${space}b${space}\n`;
    expect(imported(Buffer.from(text)).clients).toMatchObject([
      { client: 'PC-1', logonServer: 'LS1', labels: ['a', 'b'] },
    ]);
  }
  const quoted = 'client , logonServer , labels\n "PC-1" ,\u00A0"LS1"\u00A0, "a, b;c"\u00A0\n';
  expect(imported(Buffer.from(quoted)).clients).toMatchObject([{ client: 'PC-1', labels: ['a', 'b', 'c'] }]);
  // In Windows-1252 the no-break space is one byte, also behind a letter that is no ASCII.
  expect(
    imported(bytesOf('client;logonServer;labels\nPC-1;LS1;B\xFCro Gro\xDF\xA0\n')).clients,
  ).toMatchObject([{ labels: ['Büro', 'Groß'] }]);
});

describe('what cannot be known of a fleet file is refused with its place', () => {
  const forms = 'UTF-8, UTF-16 with a byte order mark, or Windows-1252';
  const head = 'client;logonServer\r\nPC-1;';

  test.each([
    [
      'a byte that no encoding has',
      bytesOf(`${head}L\xFC\x81\r\n`),
      `f.csv:2: (file): has the byte 0x81 in column 8, which is neither UTF-8 nor Windows-1252, expected ${forms}`,
    ],
    [
      'UTF-16 without a mark',
      Buffer.from(head, 'utf16le'),
      `f.csv:1: (file): has a zero byte in column 2, as UTF-16 without a byte order mark has, expected ${forms}`,
    ],
    [
      'half a character of UTF-16',
      Buffer.concat([Buffer.from(`\uFEFF${head}`, 'utf16le'), Buffer.from([0x4c])]),
      `f.csv:2: (file): is not UTF-16 LE text in column 6, expected ${forms}`,
    ],
    [
      'UTF-32',
      Buffer.from([0xff, 0xfe, 0, 0, 0x63, 0, 0, 0]),
      `f.csv:1: (file): has a zero character in column 1, expected ${forms}`,
    ],
    [
      'a byte of Windows-1252 after a mark of UTF-8',
      bytesOf(`${head}L\xFC\r\n`, 0xef, 0xbb, 0xbf),
      `f.csv:2: (file): is not UTF-8 text in column 7, expected ${forms}`,
    ],
    [
      'two encodings in one file',
      Buffer.concat([Buffer.from(`${head}Köln\r\n`), bytesOf('PC-2;B\xFCro\r\n')]),
      'f.csv:3: (file): is not UTF-8 text in column 7, and is UTF-8 text in line 2 in column 7, expected one encoding in the whole file',
    ],
    [
      'a first line that names another separator',
      Buffer.from('sep=,\nclient;logonServer\nPC-1;LS1\n'),
      `f.csv:2: (file): has columns separated by ;, expected ,, as line 1 says`,
    ],
  ])('%s', (_, bytes, fault) => {
    expect(refused(bytes)).toEqual([fault]);
  });
});

test('a fleet is the same in every delimiter, encoding and line end', () => {
  const word = fc.stringMatching(/^[A-Za-zÄÖÜäöüßéñ][A-Za-zÄÖÜäöüßéñ0-9]{0,8}$/);
  const row = fc.array(word, { minLength: 1, maxLength: 3 });
  const encoders = {
    'UTF-8': (text: string) => Buffer.from(text),
    mark: (text: string) => Buffer.from(`\uFEFF${text}`),
    'UTF-16 LE': (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le'),
    'UTF-16 BE': bigEndian,
    'Windows-1252': (text: string) => Buffer.from(text, 'latin1'),
  };
  fc.assert(
    fc.property(
      fc.array(row, { minLength: 1, maxLength: 5 }),
      fc.constantFrom(...delimiters),
      fc.constantFrom(...Object.values(encoders)),
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.boolean(),
      (labels, delimiter, encode, end, isQuoted) => {
        const cell = (value: string): string => (isQuoted ? `"${value}"` : value);
        const rows = [
          ['LABELS', 'Client', 'logonserver'],
          ...labels.map((words, n) => [words.join(' '), `pc-${n}`, 'LS1']),
        ];
        const text = rows.map((cells) => cells.map(cell).join(delimiter)).join(end);
        expect(imported(encode(text)).clients.map((client) => client.labels)).toEqual(labels);
      },
    ),
  );
});

test('any bytes are text or have one fault', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const read = decodeFleet(bytes, 'f.csv');
      expect(read.ok ? [] : read.error.map(({ line }) => line >= 1)).toEqual(read.ok ? [] : [true]);
      const western = read.ok && read.value.encoding === 'Windows-1252' ? read.value.text : '';
      expect(western).not.toMatch(/[\u0080-\u009F\uFFFD]/);
    }),
  );
});
