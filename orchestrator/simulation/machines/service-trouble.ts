import { schedule } from './agenda.ts';
import { isInside } from './disk.ts';
import type { Machine, ServiceTrouble } from './machine.ts';

/** What is wrong with this service now, by the place of the executable it starts from. */
export const troubleOf = (
  { troubles }: Machine,
  { name, imagePath }: { readonly name: string; readonly imagePath: string },
): ServiceTrouble | undefined =>
  troubles.find(({ service, folder }) => service === name && isInside(imagePath, folder));

/** A service has reached the state `running`: what becomes of its process by its trouble. */
export function troubleAfterStart(machine: Machine, name: string): void {
  const service = machine.services.find((each) => each.name === name);
  const process = machine.processes.find(({ pid }) => pid === service?.pid);
  if (service === undefined || process === undefined) return;
  const trouble = troubleOf(machine, { name, imagePath: process.imagePath });
  if (trouble?.kind === 'zombie')
    machine.processes = machine.processes.filter(({ pid }) => pid !== process.pid);
  if (trouble?.kind === 'dies')
    schedule(machine, process.startedAt + trouble.afterMs, 'serviceDied', `${name}/${process.pid}`);
}
