import { describe, expect, test } from 'vitest';
import { type ColumnMapping } from '../../orchestrator/input/fleet-columns.ts';
import { readFleetFile } from '../../orchestrator/input/fleet-csv.ts';
import { accepted, faultsOf } from './given.ts';

/**
 * Columns as Get-ADComputer has them (Microsoft, ActiveDirectory module), in the form of
 * Export-Csv of Windows PowerShell 5.1.
 */
const computers = [
  '#TYPE Selected.Microsoft.ActiveDirectory.Management.ADComputer',
  '"Name","DNSHostName","Enabled","OperatingSystem","Location"',
  '"PC-1","pc-1.corp.example","True","Windows 10 Enterprise","LS1"',
  '"PC-2","pc-2.corp.example","True","","LS1"',
  '',
].join('\r\n');

const columns: readonly ColumnMapping[] = [
  { from: 'name', to: 'client' },
  { from: ' DNSHostName ', to: 'host' },
  { from: 'Location', to: 'logonServer' },
];

const read = (text: string, mapping = columns) => readFleetFile(text, 'ad.csv', mapping);

describe('an export of the site with mapped columns', () => {
  test('is read, and says which columns were left out', () => {
    const { clients, leftOut } = accepted(read(computers));
    expect(clients).toMatchObject([
      { client: 'PC-1', host: 'pc-1.corp.example', logonServer: 'LS1' },
      { client: 'PC-2', host: 'pc-2.corp.example', logonServer: 'LS1' },
    ]);
    expect(leftOut).toEqual(['Enabled', 'OperatingSystem']);
  });

  test("is read with servpack's own columns beside them, and with its delimiter found", () => {
    const { clients } = accepted(read('Name;LABELS;DNSHostName;Location\nPC-1;a,b;pc-1;LS1\n'));
    expect(clients).toMatchObject([{ client: 'PC-1', host: 'pc-1', labels: ['a', 'b'] }]);
  });

  test.each([
    [
      computers.replace('pc-2.corp', 'pc 2'),
      ['ad.csv:4: DNSHostName: is "pc 2.example", expected a host name or an IP address'],
    ],
    [
      computers.replace('PC-2', 'pc-1'),
      ['ad.csv:4: Name: is "pc-1", as in line 3, expected one row per client'],
    ],
    [
      computers.replaceAll('pc-2.corp', 'pc-1.corp'),
      ['ad.csv:4: DNSHostName: is "pc-1.corp.example", as in line 3, expected one client per host'],
    ],
    [
      computers.replace('"Location"', '"Site"'),
      [
        'ad.csv:2: Location: is mapped and not in the header, expected a column of the file',
        'ad.csv:2: logonServer: is not in the header, expected the columns client and logonServer at least',
      ],
    ],
    [
      computers.replace('"Enabled"', '"Host"'),
      ['ad.csv:2: Host: is host, and so is column DNSHostName, expected every column once'],
    ],
  ])("names the site's own column in a fault: %#", (text, faults) => {
    expect(faultsOf(read(text))).toEqual(faults);
  });

  test('leaves out a column that is mapped to nothing', () => {
    const mapping = [...columns, { from: 'Host', to: null }];
    const text = computers.replace('"Enabled"', '"Host"');
    expect(accepted(read(text, mapping)).clients).toHaveLength(2);
  });

  test('has no unknown column without a mapping', () => {
    expect(faultsOf(read('client,logonServer,Enabled\nPC-1,LS1,True\n', []))).toEqual([
      expect.stringMatching(/^ad\.csv:1: Enabled: is not a known column/),
    ]);
  });

  test('says of a column of another system that it is mapped, and of a misspelled one what was meant', () => {
    const faults = faultsOf(read('Rechnername;logonservr\nPC-1;LS1\n', []));
    expect(faults[0]).toMatch(/, or --map Rechnername=COLUMN, or --map Rechnername= to leave it out$/);
    expect(faults[1]).toMatch(/did you mean logonServer\?.*hostKey$/);
  });
});
