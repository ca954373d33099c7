import type { Service } from '../../../shared/domain/observation/observation.ts';
import type { InstalledAs } from '../../../shared/execution/gateway.ts';
import type { Machine } from '../../../orchestrator/simulation/machines/machine.ts';
import {
  configureService,
  findService,
  showService,
  startService,
  stopService,
} from '../../../orchestrator/simulation/machines/service-control.ts';
import { storePathAs } from './reg.ts';
import { createService, deleteService } from '../../../orchestrator/simulation/machines/service-install.ts';
import { answered, said, type Streams, type Visit } from './program.ts';

const stateNumbers = { stopped: 1, startPending: 2, stopPending: 3, running: 4 } as const;

function scText({ name, state, pid }: Service): string {
  return [
    '',
    `SERVICE_NAME: ${name} `,
    '        TYPE               : 10  WIN32_OWN_PROCESS  ',
    `        STATE              : ${stateNumbers[state]}  ${state.toUpperCase()} `,
    '        WIN32_EXIT_CODE    : 0  (0x0)',
    `        PID                : ${pid ?? 0}`,
    '        FLAGS              : ',
    '',
  ].join('\r\n');
}

/** `sc.exe`: queries and changes the services of this machine. Returns the exit code. */
export function sc(machine: Machine, visit: Visit, args: readonly string[], streams: Streams): number {
  const [verb = '', name = ''] = args;
  const find = (): Service | undefined => visit(() => findService(machine, name));
  if (verb === 'queryex' && name === '')
    return said(
      streams.out,
      machine.services
        .filter(({ state }) => state !== 'stopped')
        .map(scText)
        .join('\r\n'),
    );
  if (verb === 'create')
    return answered(
      visit(() => createService(machine, createdBy(name, args))),
      streams,
    );
  const service = find();
  if (service === undefined) return said(streams.out, '[SC] OpenService FAILED 1060:', 1_060);
  switch (verb) {
    case 'query':
    case 'queryex':
      return said(streams.out, scText(service));
    case 'enumdepend': {
      const needed = showService(machine, service).neededBy ?? [];
      const texts = needed.flatMap((each) => scText(findService(machine, each) ?? service));
      return said(streams.out, [`Enum: entriesRead = ${needed.length}\r\n`, ...texts].join('\r\n'));
    }
    case 'start':
      if (service.state === 'running') return said(streams.out, 'FAILED 1056', 1_056);
      return answered(
        visit((now) => startService(machine, name, now)),
        streams,
      );
    case 'stop':
      if (service.state === 'stopped') return said(streams.out, 'FAILED 1062', 1_062);
      return answered(
        visit((now) => stopService(machine, name, now)),
        streams,
      );
    case 'config':
      return answered(
        visit(() => {
          const settings = settingsIn(args);
          if (settings.imagePath !== undefined) storePathAs(machine, name, 'REG_EXPAND_SZ');
          return configureService(machine, name, settings);
        }),
        streams,
      );
    case 'delete':
      return answered(
        visit(() => deleteService(machine, name)),
        streams,
      );
    default:
      return said(streams.out, 'ERROR:  Unrecognized command', 1_639);
  }
}

/** `start= auto binPath= …`: the value is the next word. */
function optionOf(args: readonly string[], key: string): string | undefined {
  const at = args.findIndex((each) => each.toLowerCase() === key);
  return at < 0 ? undefined : args[at + 1];
}

/** Defaults of a new service: started by hand, with the system account. */
function createdBy(name: string, args: readonly string[]): InstalledAs {
  const { imagePath = '', startType = 'manual', dependsOn = [] } = settingsIn(args);
  return { name, imagePath, startType, dependsOn, account: optionOf(args, 'obj=') ?? 'LocalSystem' };
}

function settingsIn(args: readonly string[]): Parameters<typeof configureService>[2] {
  const of = (key: string): string | undefined => optionOf(args, key);
  const starts = {
    auto: 'automatic',
    'delayed-auto': 'delayed',
    demand: 'manual',
    disabled: 'disabled',
  } as const;
  const start = of('start=') as keyof typeof starts | undefined;
  const path = of('binpath=');
  const depend = of('depend=');
  return {
    ...(start === undefined ? {} : { startType: starts[start] }),
    ...(path === undefined ? {} : { imagePath: path }),
    // A slash alone: the service depends on nothing.
    ...(depend === undefined ? {} : { dependsOn: depend.split('/').filter((each) => each !== '') }),
  };
}
