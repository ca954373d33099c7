import packageJson from '../../package.json' with { type: 'json' };
import { readConfig } from '../../shared/config.ts';
import { servpackVersion } from '../../shared/version.ts';
import { broken, type Check, fine } from './check.ts';
import { checkDataFolder } from './data-folder.ts';
import { checkRedis } from './redis.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Checks this Node and the settings of this shell. */
export function checkShell(env: Environment): readonly Check[] {
  return [nodeCheck(), ...settingsChecks(env)];
}

function nodeCheck(): Check {
  const needed = Number(/\d+/.exec(packageJson.engines.node)?.[0] ?? 0);
  const says = `servpack ${servpackVersion} on Node ${process.versions.node}`;
  if (Number(process.versions.node.split('.')[0]) >= needed) return fine('servpack', says);
  return broken(
    'servpack',
    says,
    'nothing runs as it was tested',
    `use Node ${needed} or newer; ./servpack brings its own`,
  );
}

function settingsChecks(env: Environment): readonly Check[] {
  if ((env['REDIS_URL'] ?? '') === '') return [];
  const config = readConfig(env);
  return config.ok
    ? [fine('servpack', 'the settings of this shell are valid')]
    : [
        broken(
          'servpack',
          config.error.message,
          'no orchestrator and no worker starts with it',
          'correct the setting',
        ),
      ];
}

/**
 * What can be checked while no orchestrator answers: its data folder, and its Redis where REDIS_URL
 * names it.
 */
export async function checkWithoutOrchestrator(env: Environment, dataDir: string): Promise<readonly Check[]> {
  const config = (env['REDIS_URL'] ?? '') === '' ? null : readConfig(env);
  const redis = config?.ok === true ? await checkRedis({ ...config.value, url: config.value.redisUrl }) : [];
  return [...redis, ...checkDataFolder(dataDir)];
}
