import { err, fault, type Fault, ok, type Result } from '../../shared/errors.ts';
import { printFaults } from '../../shared/input/input-fault.ts';
import { readOperatorText } from '../../shared/input/operator-file.ts';
import type { Config } from '../../shared/config.ts';
import { parseNotify } from '../input/notify-file.ts';
import type { NotifySettings } from './settings.ts';

/**
 * The settings of notifications, where the setting SERVPACK_NOTIFY names a file of them.
 * @returns null = servpack notifies nobody; all faults of the file at once
 */
export const readNotifySettings = ({
  notify,
}: Pick<Config, 'notify'>): Result<NotifySettings | null, Fault> =>
  notify === null ? ok(null) : readNotifyFile(notify);

/** The settings in this file; all its faults at once. */
export function readNotifyFile(file: string): Result<NotifySettings, Fault> {
  const text = readOperatorText(file);
  if (!text.ok) return err(fault('config.notify', `SERVPACK_NOTIFY: ${file} ${text.error}`));
  const read = parseNotify(text.value, file);
  return read.ok ? read : err(fault('config.notify', printFaults(read.error).join('; '), read.error));
}
