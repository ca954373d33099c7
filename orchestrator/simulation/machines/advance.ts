import type { DueKind, Machine } from './machine.ts';
import { boot, failPower, goDown, shutDown } from './power.ts';
import {
  serviceDied,
  serviceStarted,
  serviceStopped,
  startUnanswered,
  stopUnanswered,
} from './service-control.ts';
import { logOff, logOn, startProgram } from './sessions.ts';
import { fileCopied, startSmsrun32 } from './smsrun32.ts';

const happens: Readonly<Record<DueKind, (machine: Machine, at: number, name: string) => void>> = {
  down: goDown,
  shutDown,
  boot,
  logon: logOn,
  logoff: logOff,
  programStart: startProgram,
  smsrun32: (machine, at) => startSmsrun32(machine, 'logon', at),
  fileCopied,
  powerFailure: failPower,
  serviceStarted: (machine, _at, name) => serviceStarted(machine, name),
  serviceStopped: (machine, _at, name) => serviceStopped(machine, name),
  serviceDied: (machine, at, name) => serviceDied(machine, name, at),
  startUnanswered: (machine, _at, name) => startUnanswered(machine, name),
  stopUnanswered: (machine, _at, name) => stopUnanswered(machine, name),
};

/** Carries out everything that is due on this machine by `now`, in order, each at its own time. */
export function advance(machine: Machine, now: number): void {
  for (let due = machine.agenda[0]; due !== undefined && due.at <= now; due = machine.agenda[0]) {
    machine.agenda.shift();
    happens[due.what](machine, due.at, due.name);
  }
}

/** When something happens on this machine by itself next; Infinity = never. */
export const nextAt = ({ agenda }: Machine): number => agenda[0]?.at ?? Infinity;
