import { describe, expect, test } from 'vitest';
import { readFleetFile } from '../../orchestrator/input/fleet-csv.ts';
import { readMapping } from '../../orchestrator/input/fleet-mapping.ts';
import type { Client } from '../../shared/domain/campaign/definition.ts';
import { accepted, faultsOf } from './given.ts';

const mapping = (text: string) => accepted(readMapping(text, 'map.yaml'));

const ad = `
columns: { Name: client, DNSHostName: host, Comment: }
values:
  logonServer: LS-{Site}
  zone: Europe/Rome
labels: [office, "ring={Ring}", "os={OperatingSystem}"]
`;

const readAs = (map: string, text: string, file: string) => {
  const { columns, ...templates } = mapping(map);
  return readFleetFile(text, file, columns, templates);
};

const two: readonly Partial<Client>[] = [
  {
    client: 'PC-1',
    host: 'pc-1.corp',
    logonServer: 'LS-PUN',
    zone: 'Europe/Rome',
    labels: ['office', 'ring=early', 'os=NT4'],
  },
  {
    client: 'PC-2',
    host: 'pc-2.corp',
    logonServer: 'LS-HYD',
    zone: 'Europe/Rome',
    labels: ['office', 'os=NT4'],
  },
];

const rows = [
  {
    Name: 'PC-1',
    DNSHostName: 'pc-1.corp',
    Site: 'PUN',
    Ring: 'early',
    OperatingSystem: 'NT4',
    Comment: 'x',
    Other: 'y',
  },
  {
    Name: 'PC-2',
    DNSHostName: 'pc-2.corp',
    Site: 'HYD',
    Ring: '',
    OperatingSystem: 'NT4',
    Comment: '',
    Other: '',
  },
];
const names = Object.keys(rows[0] ?? {}) as (keyof (typeof rows)[0])[];
const table = (delimiter: string): string =>
  [names, ...rows.map((row) => names.map((name) => row[name]))]
    .map((cells) => cells.join(delimiter))
    .join('\r\n');

describe('a mapping file with columns, fixed values, templates and labels', () => {
  test.each([
    ['CSV with commas', table(','), 'ad.csv'],
    ['CSV with semicolons', table(';'), 'ad.csv'],
    ['JSON', JSON.stringify(rows), 'ad-export --json'],
    ['JSON under clients', JSON.stringify({ clients: rows }), 'ad.json'],
    [
      'YAML',
      rows.map((row) => `- ${names.map((name) => `${name}: "${row[name]}"`).join('\n  ')}`).join('\n'),
      'ad.yaml',
    ],
  ])('is used for %s', (_form, text, file) => {
    const read = accepted(readAs(ad, text, file));
    expect(read.clients).toMatchObject(two);
    expect(read.leftOut).toEqual(['Comment', 'Other']);
  });

  const inventory =
    'columns: {}\nvalues: { logonServer: "LS-{site}", zone: UTC }\nlabels: ["ring={ring}", "os={os}"]\n';
  test.each([
    [
      'an Ansible inventory in INI form',
      '[pune]\npc-1 ansible_host=10.0.0.1 ring=early\npc-2 ansible_host=10.0.0.2\n[pune:vars]\nsite=PUN\nos=nt4\n',
      'hosts.ini',
    ],
    [
      'an Ansible inventory in YAML form',
      'pune:\n  vars: { site: PUN, os: nt4 }\n  hosts:\n    pc-1: { ansible_host: 10.0.0.1, ring: early }\n    pc-2: { ansible_host: 10.0.0.2 }\n',
      'hosts.yaml',
    ],
  ])('is used for %s', (_form, text, file) => {
    expect(accepted(readAs(inventory, text, file)).clients).toMatchObject([
      { client: 'pc-1', host: '10.0.0.1', logonServer: 'LS-PUN', labels: ['pune', 'ring=early', 'os=nt4'] },
      { client: 'pc-2', host: '10.0.0.2', logonServer: 'LS-PUN', labels: ['pune', 'os=nt4'] },
    ]);
  });

  test('fills a value only where the row has none', () => {
    const map = 'values: { zone: Europe/Rome, host: "{client}.corp.example" }\n';
    const text = 'client,logonServer,zone,host\npc-1,LS1,Asia/Kolkata,\npc-2,LS1,,pc-2\n';
    expect(accepted(readAs(map, text, 'f.csv')).clients).toMatchObject([
      { client: 'pc-1', zone: 'Asia/Kolkata', host: 'pc-1.corp.example' },
      { client: 'pc-2', zone: 'Europe/Rome', host: 'pc-2' },
    ]);
  });

  test('is refused with the line of a wrong key, column or template', () => {
    expect(faultsOf(readMapping('columns: { Name: clint }\n', 'map.yaml'))).toMatchObject([
      expect.stringContaining('map.yaml:1: columns'),
    ]);
    expect(faultsOf(readMapping('column: {}\n', 'map.yaml'))).toEqual([
      'map.yaml:1: column: is not a known key (did you mean columns?), expected one of columns, values, labels',
    ]);
    expect(faultsOf(readMapping('labels: ["ring={Ring"]\n', 'map.yaml'))).toHaveLength(1);
    expect(faultsOf(readMapping('values: { labels: a }\n', 'map.yaml'))).toHaveLength(1);
  });

  test('names the source and its line where a template does not fit', () => {
    const text = 'client,logonServer,Site\npc-1,LS1,New York\n';
    expect(faultsOf(readAs('labels: ["site={Site}"]\n', text, 'f.csv'))).toEqual([
      expect.stringContaining('f.csv:2: labels: is "site=New York"'),
    ]);
    expect(faultsOf(readAs('labels: ["site={Place}"]\n', text, 'f.csv'))[0]).toBe(
      'f.csv:1: Place: is mapped and not in the header, expected a column of the file',
    );
    expect(
      faultsOf(readAs('values: { logonServer: "LS-{Site}" }\n', 'client,Site\npc-1,\n', 'f.csv')),
    ).toEqual([expect.stringContaining('f.csv:2: logonServer: is missing')]);
  });
});
