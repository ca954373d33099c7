import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Go, Ground, Lines } from './side.ts';

/** Its version, or null where it is not there (Debian: `ansible-core`). */
export function ansibleVersion(): string | null {
  try {
    const said = execFileSync('ansible-playbook', ['--version'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return /core ([\d.]+)/.exec(said)?.[1] ?? 'unknown';
  } catch {
    return null;
  }
}

/**
 * One playbook over all clients: module `raw`, a task for each command line, and at last the
 * client's own hashes compared with the release, on this machine. Connections are kept from task
 * to task (ControlPersist), as Ansible does by itself.
 */
export async function runPlaybook(ground: Ground, lines: Lines, hashes: readonly string[]): Promise<Go> {
  const folder = join(ground.folder, 'ansible');
  mkdirSync(join(folder, 'lines'), { recursive: true });
  for (const [client, all] of lines)
    for (const [at, line] of all.entries()) writeFileSync(join(folder, 'lines', `${client}.${at}`), line);
  const tasks = Math.max(...[...lines.values()].map((all) => all.length));
  writeFileSync(join(folder, 'play.yaml'), playbook(tasks, hashes));
  writeFileSync(join(folder, 'hosts.yaml'), inventory(ground));
  writeFileSync(join(folder, 'ansible.cfg'), configuration(ground, folder));
  const before = cpuOfChildren();
  const startedAt = performance.now();
  await play(folder);
  return { ms: performance.now() - startedAt, cpu: { Ansible: cpuOfChildren() - before } };
}

function play(folder: string): Promise<void> {
  const child = spawn('ansible-playbook', ['-i', 'hosts.yaml', 'play.yaml'], {
    cwd: folder,
    env: { ...process.env, ANSIBLE_CONFIG: join(folder, 'ansible.cfg'), LC_ALL: 'C.UTF-8' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said = `${said}${String(chunk)}`.slice(-4_000)));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      code === 0 ? resolve() : reject(new Error(`ansible-playbook: exit code ${code}: ${said}`)),
    );
  });
}

/**
 * JSON is YAML. An exit code of cmd.exe is that of its last command and says nothing here; the
 * hashes prove the upgrade.
 */
const playbook = (tasks: number, hashes: readonly string[]): string =>
  JSON.stringify([
    {
      hosts: 'all',
      gather_facts: false,
      tasks: [
        ...Array.from({ length: tasks }, (_, at) => ({
          raw: `{{ lookup('file', 'lines/' + inventory_hostname + '.${at}') }}`,
          register: `said${at}`,
          failed_when: false,
        })),
        ...(hashes.length === 0
          ? []
          : [
              {
                assert: {
                  that: hashes.map((hash) => `'${hash}' in said${tasks - 1}.stdout`),
                  quiet: true,
                },
              },
            ]),
      ],
    },
  ]);

const inventory = ({ clients, userKeyFile }: Ground): string =>
  JSON.stringify({
    all: {
      hosts: Object.fromEntries(
        clients.map(({ client, address, port }) => [client, { ansible_host: address, ansible_port: port }]),
      ),
      vars: {
        ansible_user: 'servpack',
        ansible_ssh_private_key_file: userKeyFile,
        ansible_ssh_use_tty: false,
      },
    },
  });

/** Ansible's own defaults but for the forks, without this machine's own settings. */
const configuration = ({ concurrency, knownHostsFile }: Ground, folder: string): string =>
  [
    '[defaults]',
    `forks = ${concurrency}`,
    'nocows = true',
    'retry_files_enabled = false',
    `local_tmp = ${join(folder, 'tmp')}`,
    '[ssh_connection]',
    `ssh_args = -F none -C -o ControlMaster=auto -o ControlPersist=60s -o UserKnownHostsFile=${knownHostsFile}`,
    `control_path_dir = ${join(folder, 'cp')}`,
    '',
  ].join('\n');

/**
 * CPU milliseconds of every child that has ended, and of their children. The masters of kept
 * connections are not among them.
 */
function cpuOfChildren(): number {
  try {
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[13]) + Number(fields[14])) * 10;
  } catch {
    return NaN;
  }
}
