import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build, CanNotBuild } from './build.ts';
import { BlockTaken } from './claim-block.ts';
import { carryOut, commandHelp } from './commands.ts';
import { fleetCsv } from './fleet-file.ts';
import { startWindowsLab, type WindowsLab } from './lab.ts';
import { type WindowsLabOptions, readOptions } from './options.ts';
import { traits } from './traits.ts';

/**
 * `npm run lab:windows`: the lab until Ctrl-C, for looking around and for trying servpack by hand.
 */
const canNotBuildCode = 3;

const say = (text: string): void => console.log(text);

async function start({ clients, build: onlyBuild, ...place }: WindowsLabOptions): Promise<WindowsLab | null> {
  const wanted = Array.from({ length: clients }, (_, index) => traits[index % traits.length] ?? 'free');
  try {
    const isBlockExact = place.block !== undefined;
    if (!onlyBuild) return await startWindowsLab({ traits: wanted, ...place, isBlockExact, say });
    await build(say);
  } catch (error) {
    if (!(error instanceof CanNotBuild || error instanceof BlockTaken)) throw error;
    console.error(error.message);
    process.exitCode = error instanceof CanNotBuild ? canNotBuildCode : 1;
  }
  return null;
}

function present(lab: WindowsLab): void {
  const fleet = join(lab.folder, 'fleet.csv');
  writeFileSync(fleet, fleetCsv(lab.clients));
  for (const { id, place, rules, trait } of lab.clients)
    console.log(`${id}  ${place.address}:${place.port}  ${trait}: ${rules.what}`);
  const [first] = lab.clients;
  console.log(`
fleet file    ${fleet}
private key   ${lab.userKey} (user root)
host keys     ${join(lab.folder, 'known_hosts')}
a shell       ssh -F none -i ${lab.userKey} -o UserKnownHostsFile=${join(lab.folder, 'known_hosts')} -p ${first?.place.port ?? ''} root@${first?.place.address ?? ''} "sc query"
release       ${lab.servers.map(({ name, share }) => `\\\\${name}\\SMS_SHR is ${share}`).join(', ')}
here          ${commandHelp}
Ctrl-C ends it; nothing of it is left then.`);
}

/** Carries out lines from the terminal, one after the other, until the lab ends. */
function untilEnded(lab: WindowsLab): Promise<void> {
  let last: Promise<void> = Promise.resolve();
  createInterface({ input: process.stdin }).on('line', (line) => {
    last = last.then(async () => console.log(await carryOut(lab, line)));
  });
  // A closed terminal input does not end the lab; only these signals do.
  const waiting = setInterval(() => undefined, 60_000);
  return new Promise((resolve) => {
    const end = (): void => {
      clearInterval(waiting);
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, end);
  });
}

const lab = await start(readOptions(process.argv.slice(2)));
if (lab !== null) {
  present(lab);
  await untilEnded(lab);
  await lab.close();
  process.stdin.destroy();
}
