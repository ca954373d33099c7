import { type Command, InvalidArgumentError } from 'commander';
import { startWorker, stopAsked } from '../processes/child.ts';
import { dataDirOf, type GlobalOptions, print, showRefusal } from '../client/session.ts';

interface ProcessOptions extends GlobalOptions {
  readonly port?: number;
}

/**
 * The commands that run servpack itself. Each runs until Ctrl-C or SIGTERM. The libraries that
 * only they need (BullMQ, Fastify) are loaded by them alone, so that the other commands answer at
 * once.
 */
export function addProcessCommands(program: Command): void {
  const portHelp = 'port of the HTTP API; 0 takes a free one (default: SERVPACK_PORT or 7300)';

  program
    .command('up')
    .description(
      'everything on this machine: a private Redis (or the one of REDIS_URL), an orchestrator and a worker',
    )
    .option('--port <n>', portHelp, port)
    .addHelpText(
      'after',
      '\nExample:\n  SERVPACK_GATEWAY=simulated:7400 servpack up --data /var/lib/servpack',
    )
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<ProcessOptions>();
      const { up } = await import('../processes/up.ts');
      // A terminal is for people: the logs of a whole house are asked for with SERVPACK_LOG_LEVEL.
      const ended = await up({ SERVPACK_LOG_LEVEL: 'warn', ...environmentOf(options) }, (line) =>
        print([line]),
      );
      if (!ended.ok) showRefusal(ended.error, options.json === true);
      // Everything is stopped; a connection that could not be closed must not keep the process.
      process.exit();
    });

  program
    .command('orchestrator')
    .description('an orchestrator on the Redis of REDIS_URL')
    .option('--port <n>', portHelp, port)
    .addHelpText('after', '\nExample:\n  REDIS_URL=redis://redis.example:6379 servpack orchestrator')
    .action(async (_options: unknown, command: Command) => {
      Object.assign(process.env, environmentOf(command.optsWithGlobals<ProcessOptions>()));
      const [{ runOrchestrator }, { runProcess }] = await Promise.all([
        import('../../main.ts'),
        import('../../../shared/run-process.ts'),
      ]);
      await runProcess('orchestrator', runOrchestrator, ({ url }) => url);
    });

  program
    .command('worker')
    .description('a worker on the Redis of REDIS_URL; start as many as are needed, on any machine')
    .addHelpText(
      'after',
      '\nExample:\n  REDIS_URL=redis://redis.example:6379 SERVPACK_GATEWAY=simulated:7400 servpack worker',
    )
    .action(async (_options: unknown, command: Command) => {
      const worker = startWorker(environmentOf(command.optsWithGlobals<ProcessOptions>()));
      void stopAsked((sentence) => void process.stderr.write(`servpack worker: ${sentence}\n`)).then(() =>
        worker.stop(),
      );
      process.exitCode = (await worker.ended) ?? 1;
    });
}

/** Options win over the environment; the processes read the environment only. */
const environmentOf = (options: ProcessOptions): NodeJS.ProcessEnv => ({
  ...process.env,
  SERVPACK_DATA: dataDirOf(options, process.env),
  ...(options.port === undefined ? {} : { SERVPACK_PORT: String(options.port) }),
});

function port(text: string): number {
  const value = Number(text);
  if (/^\d{1,5}$/.test(text) && value <= 65_535) return value;
  throw new InvalidArgumentError('Expected a port from 0 to 65535.');
}
