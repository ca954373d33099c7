import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { expectLinear } from '../environment/growth.ts';

import { parseFleet } from '../../orchestrator/input/fleet-csv.ts';
import { accepted, faultsOf, golden } from './given.ts';

const header = 'client,host,logonServer,zone,role,labels';

const read = (...rows: string[]) => parseFleet([header, ...rows].join('\n'), 'f.csv');

describe('a fleet file', () => {
  const expected = [
    {
      client: 'pc-1',
      host: 'h1',
      logonServer: 'LS-ROM',
      zone: 'Europe/Rome',
      role: 'workstation',
      labels: ['a', 'b', 'c'],
    },
    { client: 'srv-1', host: '10.0.0.7', logonServer: 'LS-ROM', zone: 'UTC', role: 'server', labels: [] },
  ];
  const rows = ['pc-1,"h1",LS-ROM,Europe/Rome,,"a;b c"', '', ',,,,,', ' srv-1 ,10.0.0.7,LS-ROM,,server,'];

  test.each([
    ['LF', '\n', ''],
    ['CRLF and a byte order mark, as spreadsheets write it', '\r\n', '\uFEFF'],
    ['CR', '\r', ''],
  ])('is read with %s', (_, end, mark) => {
    expect(accepted(parseFleet(`${mark}${[header, ...rows, ''].join(end)}`, 'f.csv'))).toEqual(expected);
  });

  test('is read with defaults for missing columns, in any order of columns', () => {
    expect(accepted(parseFleet('logonServer,client\nLS-ROM,pc-1\n', 'f.csv'))).toEqual([
      { client: 'pc-1', host: 'pc-1', logonServer: 'LS-ROM', zone: 'UTC', role: 'workstation', labels: [] },
    ]);
  });
});

/** exceljs 454 and Synth pull 3: empty columns; export-to-csv 43: the line `sep=,`. */
describe('what a spreadsheet adds to a fleet file', () => {
  const clientsOf = (...rows: string[]) =>
    accepted(parseFleet(`\uFEFF${rows.join('\r\n')}\r\n`, 'f.csv')).map(({ client }) => client);

  test.each([
    [
      'columns at the end without a name',
      ['client,host,logonServer,,', 'PC-1,pc-1,LS1,,', 'PC-2,pc-2,LS1,,'],
    ],
    ['rows of several widths', ['client,host,logonServer,,', 'PC-1,pc-1,LS1', 'PC-2,pc-2,LS1,,,,']],
    ['empty cells beside the header', ['client,host,logonServer', 'PC-1,pc-1,LS1,,', 'PC-2,pc-2,LS1']],
    [
      'columns between others without a name',
      ['client,,host,logonServer', 'PC-1,,pc-1,LS1', 'PC-2,,pc-2,LS1'],
    ],
    ['quoted empty cells', ['"client","host","logonServer",""', '"PC-1","pc-1","LS1",""', 'PC-2,pc-2,LS1,']],
    ['a first line sep=,', ['sep=,', 'client,host,logonServer', 'PC-1,pc-1,LS1', 'PC-2,pc-2,LS1']],
    ['that line saved again', ['"sep=,",,', 'client,host,logonServer', 'PC-1,pc-1,LS1', 'PC-2,pc-2,LS1']],
    ['that line in other letters', ['SEP=,,,', 'client,host,logonServer', 'PC-1,pc-1,LS1', 'PC-2,pc-2,LS1']],
  ])('is no content: %s', (_, rows) => {
    expect(clientsOf(...rows)).toEqual(['PC-1', 'PC-2']);
  });

  test.each([
    [
      'client,host,logonServer,\nPC-1,pc-1,LS1,oops',
      'f.csv:2: (row): has 4 values, expected 3 as in the header',
    ],
    [
      'client,,host,logonServer\nPC-1,oops,pc-1,LS1',
      'f.csv:2: (column 2): is "oops", expected no value in a column without a name',
    ],
    [
      'sep=,\nclient,logonServer\nPC-1,LS1\nPC-2',
      'f.csv:4: (row): has 1 values, expected 2 as in the header',
    ],
    ['client,logonServer,zone,\nPC-1,LS1', 'f.csv:2: (row): has 2 values, expected 3 as in the header'],
    [
      'sep=x\nclientxlogonServer',
      'f.csv:1: (file): says that "x" separates its columns, expected one of , ; | and tab',
    ],
    [
      'client,logonServer\nsep=,LS1',
      'f.csv:2: client: is "sep=", expected an id of 1 to 63 letters, digits, - and _, not digits only',
    ],
  ])('does not hide a fault: %j', (text, fault) => {
    expect(faultsOf(parseFleet(text, 'f.csv'))).toEqual([fault]);
  });

  test.each(['\t', ',', ' ', ';'])('is read in linear time after sep=, and many %j', (piece) => {
    const text = (length: number) => `sep=,${piece.repeat(length)}x\nclient,logonServer\n`;
    expectLinear(1_000_000, text, (given) => parseFleet(given, 'f.csv'));
  });
});

describe('the time zone of a fleet file', () => {
  test.each(['IST', 'PST', 'T00+05', '+05:30', 'GMT+5'])(
    'is refused when no window can use it: %s',
    (zone) => {
      expect(faultsOf(read(`pc-1,h1,LS,${zone},,`))).toEqual([
        `f.csv:2: zone: is "${zone}", expected a time zone such as Europe/Rome or UTC`,
      ]);
    },
  );

  test('is kept in the spelling of the tz database', () => {
    const zones = accepted(read('pc-1,h1,LS,europe/rome,,', 'pc-2,h2,LS,utc,,', 'pc-3,h3,LS,,,')).map(
      ({ zone }) => zone,
    );
    expect(zones).toEqual(['Europe/Rome', 'UTC', 'UTC']);
  });
});

test('a fleet file takes names that objects have by themselves, but no host that they lose', () => {
  const names = ['constructor', 'toString', 'hasOwnProperty'];
  const rows = names.map((name) => `${name},${name},${name},UTC,,${name}`);
  expect(accepted(read(...rows)).map(({ logonServer }) => logonServer)).toEqual(names);
  expect(faultsOf(read('pc-1,__proto__,__proto__,UTC,,'))).toEqual([
    'f.csv:2: host: is "__proto__", expected a host name or an IP address',
    'f.csv:2: logonServer: is "__proto__", expected a host name or an IP address',
  ]);
});

test('two spellings of one address are one host', () => {
  expect(
    faultsOf(read('pc-1,10.0.0.1,LS,UTC,,', 'pc-2,10.1,LS,UTC,,', 'pc-3,::ffff:10.0.0.1,LS,UTC,,')),
  ).toEqual([
    'f.csv:3: host: is "10.1", as in line 2, expected one client per host',
    'f.csv:4: host: is "::ffff:10.0.0.1", as in line 2, expected one client per host',
  ]);
});

describe('port and host keys of a fleet file', () => {
  const way = 'client,logonServer,port,hostKey';
  const key = (letter: string): string => `SHA256:${letter.repeat(42)}A`;
  const readWay = (row: string) => parseFleet(`${way}\n${row}`, 'f.csv');

  test('are read where the file has them', () => {
    expect(accepted(readWay(`pc-1,LS,2222,${key('a')} ${key('/')}`))).toMatchObject([
      { port: 2222, hostKeys: [key('a'), key('/')] },
    ]);
    expect(accepted(readWay('pc-1,LS,,'))).toEqual([
      { client: 'pc-1', host: 'pc-1', logonServer: 'LS', zone: 'UTC', role: 'workstation', labels: [] },
    ]);
  });

  test.each([
    ['0', 'port: is "0", expected a port from 1 to 65535'],
    ['65536', 'port: is "65536", expected a port from 1 to 65535'],
    ['22x', 'port: is "22x", expected a port from 1 to 65535'],
  ])('refuse the port %s', (port, fault) => {
    expect(faultsOf(readWay(`pc-1,LS,${port},`))).toEqual([`f.csv:2: ${fault}`]);
  });

  test.each(['MD5:aa:bb', key('a').slice(0, -1), `${key('a')}=`, `SHA256:${'a'.repeat(43)}`])(
    'refuse the fingerprint %s',
    (print) => {
      expect(faultsOf(readWay(`pc-1,LS,,${print}`))).toEqual([
        expect.stringContaining(
          'expected fingerprints such as SHA256:… of 43 characters, separated by spaces',
        ),
      ]);
    },
  );
});

describe('a wrong header of a fleet file is its only fault', () => {
  test.each([
    [
      '\nclient,logonservr,Client\n1,2,3\n',
      [
        `f.csv:2: logonservr: is not a known column (did you mean logonServer?), expected one of ${header.replaceAll(',', ', ')}, port, hostKey`,
        'f.csv:2: Client: is a column twice, expected every column once',
        'f.csv:2: logonServer: is not in the header, expected the columns client and logonServer at least',
      ],
    ],
    [
      '"client,logonServer\npc-1,LS',
      [
        'f.csv:1: (file): has a quote that is not closed or in the wrong place, expected "value" or "a ""quoted"" value"',
      ],
    ],
    ['', ['f.csv:1: (file): is empty, expected a header and a row for every client']],
    [
      `${header}\r\n\r\n`,
      ['f.csv:1: (file): has no clients below its header, expected a header and a row for every client'],
    ],
  ])('%j', (text, faults) => {
    expect(faultsOf(parseFleet(text, 'f.csv'))).toEqual(faults);
  });
});

test('a fleet file shows all its faults at once, each with its line', () => {
  expect(`${faultsOf(parseFleet(golden('bad-fleet.csv'), 'bad-fleet.csv')).join('\n')}\n`).toBe(
    golden('bad-fleet.txt'),
  );
});

test('an open quote in a fleet file breaks only its own line', () => {
  const faults = faultsOf(read('pc-1,"h1,LS,,,', 'pc-2,,LS,,,', 'pc.3,"h3",LS,,,'));
  expect(faults.map((fault) => fault.split(':', 3).join(':'))).toEqual([
    'f.csv:2: (file)',
    'f.csv:4: client',
  ]);
});

test('a row of a fleet file that is too long is refused', () => {
  expect(faultsOf(read(`pc-1,,LS,,,${'a '.repeat(5000)}`))).toEqual([
    'f.csv:2: (file): has a row of 10011 characters, expected at most 4096',
  ]);
});

test('of the faults of a fleet file 100 are printed and the others counted', () => {
  const faults = faultsOf(read(...Array.from({ length: 250 }, (_, index) => `${index},,LS,,,`)));
  expect(faults).toHaveLength(101);
  expect(faults.at(99)).toMatch(/^f\.csv:101: client: is "99"/);
  expect(faults.at(100)).toBe('and 150 more faults');
});

test('reading 100,000 rows of a fleet file, good or bad, grows linearly', () => {
  const rowsOf = (name: string) => (count: number) =>
    Array.from({ length: count }, (_, n) => `${name}${n},"h-${n}",LS-ROM,Europe/Rome,workstation,a b`);
  expectLinear(100_000, rowsOf('pc-'), (rows) => expect(accepted(read(...rows))).toHaveLength(rows.length));
  expectLinear(100_000, rowsOf('p c'), (rows) => expect(faultsOf(read(...rows))).toHaveLength(101));
});

test('a fault of a fleet file names the line of its row, whatever stands around the row', () => {
  const good = fc.constantFrom('', ',,,,,', '"","",,,,', 'X');
  const line = fc.oneof({ arbitrary: good, weight: 3 }, { arbitrary: fc.constant('p c,,LS,,,'), weight: 1 });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 30 }), fc.constantFrom('\n', '\r\n', '\r'), (lines, end) => {
      const rows = lines.map((row, index) => (row === 'X' ? `pc-${index},"h-${index}",LS,,,"a"` : row));
      const bad = lines.flatMap((row, index) => (row === 'p c,,LS,,,' ? [index + 2] : []));
      const result = parseFleet([header, ...rows, 'last,,LS,,,'].join(end), 'f.csv');
      expect(result.ok ? [] : result.error.map((fault) => fault.line)).toEqual(bad);
    }),
  );
});

test('a fleet file made to exhaust memory or time is refused, at a cost linear to its size', () => {
  expectLinear(
    1_000_000,
    (lines) => `${header}\n${'\n'.repeat(lines)}`,
    (text) =>
      expect(faultsOf(parseFleet(text, 'f.csv'))).toEqual([
        'f.csv:1: (file): has no clients below its header, expected a header and a row for every client',
      ]),
  );
  expect(faultsOf(parseFleet(`${header}${'\r\n'.repeat(2_000_000)}`, 'f.csv'))).toEqual([
    'f.csv:2000001: (file): has more than 2000000 lines, expected a fleet in several files',
  ]);
  const short = parseFleet(`${header}\n${'x\n'.repeat(20_000)}`, 'f.csv');
  expect(short.ok ? 0 : short.error.length).toBe(10_000);
});

test('one logon server has one spelling, that of its first row', () => {
  const text = ['client,host,logonServer', 'PX1,a,LS9', 'PX2,b,ls9', 'PX3,c,Ls9.', 'PX4,d,\\\\LS9'].join(
    '\n',
  );
  const servers = accepted(parseFleet(text, 'f.csv')).map(({ logonServer }) => logonServer);
  expect(servers).toEqual(['LS9', 'LS9', 'LS9', 'LS9']);
});
