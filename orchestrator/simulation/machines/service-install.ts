import type { InstalledAs } from '../../../shared/execution/gateway.ts';
import { needsPassword, passwordNeeded } from '../../../shared/execution/service-account.ts';
import type { Machine } from './machine.ts';
import { done, type Outcome, refused } from './outcome.ts';
import { bringUp, findService, forgetMarked, markedForDeletion, noSuchService } from './service-control.ts';

/**
 * Services that are deleted and installed again, and what the service control manager knows of them
 * afterwards.
 */

/** A person installs a service and starts it. Its executable must be there. */
export function addService(machine: Machine, service: InstalledAs, now: number): void {
  createService(machine, service);
  bringUp(machine, service.name, now);
}

/** Deletes a stopped service at once, and a running one when it stops. */
export function deleteService(machine: Machine, name: string): Outcome {
  const service = findService(machine, name);
  if (service === undefined) return noSuchService(name);
  if (machine.markedForDeletion.includes(service.name)) return refused(markedForDeletion(service.name));
  machine.markedForDeletion = [...machine.markedForDeletion, service.name];
  forgetMarked(machine);
  return done();
}

/**
 * Installs a service with these settings and nothing else: settings that only the registry had are
 * lost.
 */
export function createService(machine: Machine, { name, ...settings }: InstalledAs): Outcome {
  const there = findService(machine, name);
  if (there !== undefined)
    return refused(
      machine.markedForDeletion.includes(there.name)
        ? markedForDeletion(there.name)
        : `error 1073: the service ${name} already exists`,
    );
  machine.services = [...machine.services, { name, ...settings, state: 'stopped', pid: null }];
  return done();
}

/** Keeps a backup, as the gateway does: an existing backup is not replaced. */
export function uninstallService(machine: Machine, name: string): Outcome {
  const service = findService(machine, name);
  if (service === undefined) return done();
  const isMarked = machine.markedForDeletion.includes(service.name);
  if (machine.keptService === null && isMarked) return refused(markedForDeletion(service.name));
  machine.keptService ??= service;
  deleteService(machine, service.name);
  return findService(machine, name) === undefined ? done() : refused(markedForDeletion(service.name));
}

/** Restores the backup with the service. A half-installed service is completed. */
export function installService(machine: Machine, wanted: InstalledAs): Outcome {
  const { name, account } = wanted;
  if (needsPassword(account)) return refused(passwordNeeded(name, account));
  const { keptService } = machine;
  if (keptService === null && findService(machine, name) === undefined) return noSuchService(name);
  if (machine.markedForDeletion.includes(name)) return refused(markedForDeletion(name));
  if (keptService !== null) createService(machine, wanted);
  machine.services = machine.services.map((service) =>
    service.name.toLowerCase() === name.toLowerCase()
      ? { ...service, ...(keptService?.kept === undefined ? {} : { kept: keptService.kept }), ...wanted }
      : service,
  );
  machine.keptService = null;
  return done();
}
