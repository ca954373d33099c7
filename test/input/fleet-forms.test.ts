import { describe, expect, test } from 'vitest';
import { readFleetFile } from '../../orchestrator/input/fleet-csv.ts';
import type { ColumnMapping } from '../../orchestrator/input/fleet-columns.ts';
import { hostsIn } from '../../orchestrator/input/ansible-hosts.ts';

/** `client host logonServer labels` of each client, or the faults. */
function read(text: string, file: string, mappings: readonly ColumnMapping[] = []) {
  const found = readFleetFile(text, file, mappings);
  if (!found.ok) return found.error.map(({ line, key, wrong }) => `${line} ${key}: ${wrong}`);
  const { clients, form } = found.value;
  const rows = clients.map(
    ({ client, host, logonServer, labels, port }) =>
      `${client} ${host}${port === undefined ? '' : `:${port}`} ${logonServer} [${labels.join(' ')}]`,
  );
  return [form, ...rows];
}

/**
 * The samples of "How to build your inventory" (docs.ansible.com): hosts and groups, variables of
 * groups, and groups of groups. servpack needs a logon server, which the documentation's variable
 * `some_server` stands for here.
 */
const ini = `mail.example.com some_server=LS-0

[webservers]
foo.example.com
bar.example.com

[dbservers]
one.example.com
two.example.com
three.example.com

[atlanta]
host1 http_port=80 maxRequestsPerChild=808
host2 http_port=303 maxRequestsPerChild=909

[raleigh]
host2
host3

[southeast:children]
atlanta
raleigh

[southeast:vars]
some_server=foo.southeast.example.com
halon_system_timeout=30

[usa:children]
southeast
webservers
dbservers

[usa:vars]
some_server="usa.example.com"
`;

const yaml = `all:
  hosts:
    mail.example.com:
      some_server: LS-0
  children:
    webservers:
      hosts:
        foo.example.com:
        bar.example.com:
    dbservers:
      hosts:
        one.example.com:
        two.example.com:
        three.example.com:
      vars:
        some_server: LS-DB
    usa:
      children:
        webservers:
      vars:
        some_server: usa.example.com
`;

const server: ColumnMapping = { from: 'some_server', to: 'logonServer' };

describe('an inventory of Ansible', () => {
  test('in INI form gives clients, hosts, groups as labels, and variables of groups by rank', () => {
    expect(read(ini, 'hosts', [server])).toEqual([
      'an Ansible inventory',
      'mail mail.example.com LS-0 []',
      'foo foo.example.com usa.example.com [webservers usa]',
      'bar bar.example.com usa.example.com [webservers usa]',
      'one one.example.com usa.example.com [dbservers usa]',
      'two two.example.com usa.example.com [dbservers usa]',
      'three three.example.com usa.example.com [dbservers usa]',
      'host1 host1 foo.southeast.example.com [atlanta southeast usa]',
      'host2 host2 foo.southeast.example.com [raleigh atlanta southeast usa]',
      'host3 host3 foo.southeast.example.com [raleigh southeast usa]',
    ]);
  });

  test('in YAML form reads the same', () => {
    expect(read(yaml, 'hosts.yml', [server])).toEqual([
      'an Ansible inventory',
      'mail mail.example.com LS-0 []',
      'foo foo.example.com usa.example.com [webservers usa]',
      'bar bar.example.com usa.example.com [webservers usa]',
      'one one.example.com LS-DB [dbservers]',
      'two two.example.com LS-DB [dbservers]',
      'three three.example.com LS-DB [dbservers]',
    ]);
  });

  test('as ansible-inventory --list prints it, in JSON', () => {
    const listed = {
      _meta: { hostvars: { 'foo.example.com': { ansible_host: '192.0.2.50', some_server: 'LS-1' } } },
      all: { children: ['ungrouped', 'webservers'] },
      webservers: { hosts: ['foo.example.com'] },
    };
    expect(read(JSON.stringify(listed), 'inventory', [server])).toEqual([
      'an Ansible inventory',
      'foo 192.0.2.50 LS-1 [webservers]',
    ]);
  });

  test('knows aliases, ports, ranges and comments, and servpack columns without a mapping', () => {
    // Aliases, ports and ranges as the same page of the documentation shows them.
    const text = `[targets] # of the site
jumper ansible_port=5555 ansible_host=192.0.2.50 logonServer=LS-1
badwolf.example.com:5309 logonServer=ls-1 labels="shop front" # the door
www[01:03].example.com logonServer=LS-2
; db-[a:f].example.com
db-[a:b].example.com logonServer=LS-2
`;
    expect(read(text, 'hosts')).toEqual([
      'an Ansible inventory',
      'jumper 192.0.2.50:5555 LS-1 [targets]',
      'badwolf badwolf.example.com:5309 LS-1 [targets shop front]',
      'www01 www01.example.com LS-2 [targets]',
      'www02 www02.example.com LS-2 [targets]',
      'www03 www03.example.com LS-2 [targets]',
      'db-a db-a.example.com LS-2 [targets]',
      'db-b db-b.example.com LS-2 [targets]',
    ]);
    expect(hostsIn('www[01:50:2].example.com')).toHaveLength(25);
    expect([hostsIn('a[1:99999999]'), hostsIn('a[5:1]'), hostsIn('a[x'), hostsIn('a[1:9:0]')]).toEqual(
      Array(4).fill(null),
    );
  });

  test('has its faults with their lines', () => {
    expect(read('[a]\npc-1 logonServer=LS-1 zone=Nowhere/X\npc-2\nw[9:1]\n', 'hosts')).toEqual([
      '2 zone: is "Nowhere/X"',
      '3 logonServer: is missing',
      '4 (file): is "w[9:1]"',
    ]);
    expect(read('[a]\nx.corp logonServer=LS-1\nX.corp2 logonServer=LS-1\n', 'hosts')).toEqual([
      '3 client: is "X", as in line 2',
    ]);
    expect(read('[a]\npc-1\n', 'hosts', [server])[0]).toContain(
      'some_server: is mapped and not in the header',
    );
  });
});

describe('a list of clients', () => {
  test('in YAML has the columns of a fleet file as keys', () => {
    const text =
      '- { client: pc-1, logonServer: LS-1, labels: [office, shop], port: 2222 }\n- client: pc-2\n  Host: nt-2\n  logonServer: ls-1\n';
    const expected = ['a list', 'pc-1 pc-1:2222 LS-1 [office shop]'];
    expect(
      read(`- { client: pc-1, logonServer: LS-1, labels: [office, shop], port: 2222 }\n`, 'f.yaml'),
    ).toEqual(expected);
    expect(read(text.replace('Host', 'host'), 'f.yaml')).toEqual([...expected, 'pc-2 nt-2 LS-1 []']);
  });

  test('is no table that somebody named as YAML', () => {
    expect(read('client,logonServer\npc-1,LS-1\n', 'f.yaml')).toEqual(['CSV', 'pc-1 pc-1 LS-1 []']);
  });

  test('in JSON is read under any name, and mapped as a table is', () => {
    const text = JSON.stringify([{ Name: 'pc-1', Site: 'LS-1', Enabled: true }], null, 2);
    const mappings: ColumnMapping[] = [
      { from: 'name', to: 'client' },
      { from: 'Site', to: 'logonServer' },
    ];
    expect(read(text, 'export', mappings)).toEqual(['a list', 'pc-1 pc-1 LS-1 []']);
    expect(read(text, 'export.json')[0]).toContain('Name: is not a known column');
    expect(read(JSON.stringify({ clients: [{ client: 'pc-1', logonServer: 'LS-1' }] }), 'x.json')).toEqual([
      'a list',
      'pc-1 pc-1 LS-1 []',
    ]);
  });

  test('has its faults with their lines', () => {
    expect(
      read('- client: pc-1\n  logonServer: LS-1\n- client: pc-2\n  logonServer: { a: 1 }\n- 7\n', 'f.yaml'),
    ).toEqual(['3 [1]: is a group of keys', '5 [2]: is 7']);
    expect(read('a: [1', 'f.yaml')[0]).toContain('is not YAML');
    expect(read('a: 1\n', 'f.yaml')[0]).toContain('has no list of clients');
  });
});
