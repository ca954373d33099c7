import type { WindowsClient } from './client.ts';
import type { WindowsLab } from './lab.ts';
import { componentsOf, imagesOf, settingOf } from './truth.ts';

type Action = (client: WindowsClient, argument: string) => Promise<unknown>;

/** Commands of the lab's terminal for a client. */
const actions: Readonly<Record<string, Action>> = {
  restart: (client) => client.restart(),
  crash: (client) => client.crash(),
  on: (client) => client.powerOn(),
  disconnect: (client) => client.disconnect(),
  connect: (client) => client.connect(),
  logon: (client) => client.logon(),
  logoff: (client) => client.logoff(),
  end: (client, executable) => client.endProgram(executable),
  truth: (client) =>
    Promise.resolve({
      setupPhase: settingOf(client, 'SetupPhase'),
      images: imagesOf(client),
      components: componentsOf(client),
    }),
};

export const commandHelp = `${Object.keys(actions).join(' | ')}, and a client: "logon pc-1", "end pc-2 PCMWIN32.EXE"`;

/** Carries out one line. Returns its result, or what was wrong, in words. */
export async function carryOut(lab: WindowsLab, line: string): Promise<string> {
  const [name = '', id = '', argument = ''] = line.trim().split(/\s+/);
  if (name === '') return '';
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (action === undefined) return `expected ${commandHelp}`;
  try {
    const result = await action(lab.client(id), argument);
    return result === undefined ? `${name} ${id}: done` : JSON.stringify(result, null, 2);
  } catch (error) {
    return `${name} ${id}: ${error instanceof Error ? error.message : String(error)}`;
  }
}
