import type { Gateway, GatewayResult } from '../../shared/execution/gateway.ts';
import type { Figures } from './figures.ts';

/** The same way to the clients, which times each call and counts looks and restarts. */
export function measuredGateway(
  gateway: Gateway,
  { callSeconds, lookSeconds, looks, restarts }: Figures,
): Gateway {
  const timed =
    <Args extends readonly unknown[], T>(
      command: string,
      call: (...args: Args) => Promise<GatewayResult<T>>,
      note: (result: GatewayResult<T>, seconds: number) => void = () => undefined,
    ) =>
    async (...args: Args): Promise<GatewayResult<T>> => {
      const since = performance.now();
      const result = await call(...args);
      const seconds = (performance.now() - since) / 1_000;
      callSeconds.observe({ command }, seconds);
      note(result, seconds);
      return result;
    };
  return {
    look: timed('look', gateway.look.bind(gateway), (result, seconds) => {
      looks.inc({ outcome: result.ok ? 'answered' : result.error.kind });
      lookSeconds.observe(seconds);
    }),
    readService: timed('readService', gateway.readService.bind(gateway)),
    hashFile: timed('hashFile', gateway.hashFile.bind(gateway)),
    canReadShare: timed('canReadShare', gateway.canReadShare.bind(gateway)),
    mark: timed('mark', gateway.mark.bind(gateway)),
    unmark: timed('unmark', gateway.unmark.bind(gateway)),
    runUpdate: timed('runUpdate', gateway.runUpdate.bind(gateway)),
    restart: timed('restart', gateway.restart.bind(gateway), (result) =>
      restarts.inc({ outcome: result.ok ? 'ordered' : result.error.kind }),
    ),
    notify: timed('notify', gateway.notify.bind(gateway)),
    stopService: timed('stopService', gateway.stopService.bind(gateway)),
    startService: timed('startService', gateway.startService.bind(gateway)),
    configureService: timed('configureService', gateway.configureService.bind(gateway)),
    uninstallService: timed('uninstallService', gateway.uninstallService.bind(gateway)),
    installService: timed('installService', gateway.installService.bind(gateway)),
    copyFile: timed('copyFile', gateway.copyFile.bind(gateway)),
    uploadFile: timed('uploadFile', gateway.uploadFile.bind(gateway)),
    replaceAtRestart: timed('replaceAtRestart', gateway.replaceAtRestart.bind(gateway)),
    removeFile: timed('removeFile', gateway.removeFile.bind(gateway)),
    checkTarget: timed('checkTarget', gateway.checkTarget.bind(gateway)),
    protectDirectory: timed('protectDirectory', gateway.protectDirectory.bind(gateway)),
    takeOver: timed('takeOver', gateway.takeOver.bind(gateway)),
    readIntent: timed('readIntent', gateway.readIntent.bind(gateway)),
    writeIntent: timed('writeIntent', gateway.writeIntent.bind(gateway)),
    close: () => gateway.close(),
  };
}
