import { type Command, InvalidArgumentError } from 'commander';
import { startWorker, stopRequested } from '../processes/child.ts';
import { outliveOutput } from '../../../shared/outlive-output.ts';
import { dataDirOf, type GlobalOptions, print, showRefusal } from '../client/session.ts';

interface ProcessOptions extends GlobalOptions {
  readonly port?: number;
  readonly acceptLoss?: boolean;
}

/**
 * The commands that run servpack itself, until Ctrl-C or SIGTERM. Only these commands load BullMQ
 * and Fastify, so that the other commands answer at once.
 */
export function addProcessCommands(program: Command): void {
  const portHelp = 'port of the HTTP API; 0 chooses a free one (default: SERVPACK_PORT or 7300)';
  const lossHelp =
    'start also on a Redis that may lose records when it ends (default: SERVPACK_ACCEPT_LOSS=yes, or refuse)';

  program
    .command('up')
    .description(
      'run everything on this machine: a private Redis (or the one of REDIS_URL), an orchestrator and a worker',
    )
    .option('--port <n>', portHelp, port)
    .option('--accept-loss', lossHelp)
    .addHelpText(
      'after',
      '\nExample:\n  SERVPACK_GATEWAY=simulated:7400 servpack up --data /var/lib/servpack',
    )
    .action(async (_options: unknown, command: Command) => {
      const options = command.optsWithGlobals<ProcessOptions>();
      const { up } = await import('../processes/up.ts');
      outliveOutput();
      // A person reads the terminal: only warnings are logged there without SERVPACK_LOG_LEVEL.
      // With --json stdout is for the document of a refusal.
      const say = (line: string): void =>
        options.json === true ? void process.stderr.write(`${line}\n`) : print([line]);
      const ended = await up({ SERVPACK_LOG_LEVEL: 'warn', ...environmentOf(options) }, say);
      if (!ended.ok) showRefusal(ended.error, options.json === true);
      // Everything is stopped. A connection that cannot be closed must not keep the process alive.
      process.exit();
    });

  program
    .command('orchestrator')
    .description('run an orchestrator on the Redis of REDIS_URL')
    .option('--port <n>', portHelp, port)
    .option('--accept-loss', lossHelp)
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
    .description('run a worker on the Redis of REDIS_URL; run as many as you need, on any machine')
    .addHelpText(
      'after',
      '\nExample:\n  REDIS_URL=redis://redis.example:6379 SERVPACK_GATEWAY=simulated:7400 servpack worker',
    )
    .action(async (_options: unknown, command: Command) => {
      outliveOutput();
      const worker = startWorker(environmentOf(command.optsWithGlobals<ProcessOptions>()));
      void stopRequested((sentence) => void process.stderr.write(`servpack worker: ${sentence}\n`)).then(() =>
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
  ...(options.acceptLoss === true ? { SERVPACK_ACCEPT_LOSS: 'yes' } : {}),
});

function port(text: string): number {
  const value = Number(text);
  if (/^\d{1,5}$/.test(text) && value <= 65_535) return value;
  throw new InvalidArgumentError('Expected a port from 0 to 65535.');
}
