import { z } from 'zod';
import { procedures, stepsOf } from '../../../shared/domain/remediation/procedure.ts';
import type { Op } from '../../../shared/execution/simulated/wire.ts';
import { valueSchemas } from '../../../shared/execution/simulated/wire.ts';
import { faultKinds, type FaultOrder } from './faults.ts';
import type { HoldOrder } from './holds.ts';
import type { ClientTruth, FleetSummary, FleetTruth } from './truth.ts';

/** A call that is stopped at a chosen point, or will be. */
export interface FleetHold {
  /** Resolves when a call has stopped there. */
  reached(): Promise<void>;
  release(): Promise<void>;
}

/** A fault of calls. */
export interface FleetFault {
  /** Resolves when the fault has happened once. */
  struck(): Promise<void>;
  lift(): Promise<void>;
}

/** The control operations of the lab, for tests and the demo. Drivers do not have them. */
export interface FleetControl {
  /** For a fleet in another process the truth comes in pages, each of its own moment. */
  truth(): Promise<FleetTruth>;
  /** Null when there is no such client. */
  clientTruth(client: string): Promise<ClientTruth | null>;
  summary(): Promise<FleetSummary>;
  hold(order: HoldOrder): Promise<FleetHold>;
  fault(order: FaultOrder): Promise<FleetFault>;
}

const id = z.int().positive();
const ops = Object.keys(valueSchemas) as [Op, ...Op[]];
const steps = procedures.flatMap((procedure) =>
  (['forward', 'back'] as const).flatMap((direction) => stepsOf(procedure, direction)),
);

const nth = id.optional();

const orderSchema = z.union([
  z.strictObject({ client: z.string(), op: z.enum(ops), nth, when: z.enum(['before', 'after']) }),
  z.strictObject({
    client: z.string(),
    step: z.enum(steps),
    direction: z.enum(['forward', 'back']).optional(),
    procedure: z.enum(procedures).optional(),
    nth,
    when: z.enum(['before', 'announced', 'after']),
  }),
]) satisfies z.ZodType<HoldOrder>;

const faultSchema = z.strictObject({
  client: z.string().optional(),
  op: z.enum(ops).optional(),
  kind: z.enum(faultKinds).optional(),
  rate: z.number().min(0).max(1).optional(),
  times: id.optional(),
}) satisfies z.ZodType<FaultOrder>;

/** Control requests on the fleet's socket; gateways never send them. */
export const controlSchema = z.discriminatedUnion('control', [
  z.strictObject({ id, control: z.literal('truth'), from: z.int().nonnegative(), count: id }),
  z.strictObject({ id, control: z.literal('clientTruth'), client: z.string() }),
  z.strictObject({ id, control: z.literal('summary') }),
  z.strictObject({
    id,
    control: z.literal('hold'),
    order: orderSchema,
  }),
  z.strictObject({ id, control: z.literal('reached'), hold: id }),
  z.strictObject({ id, control: z.literal('release'), hold: id }),
  z.strictObject({ id, control: z.literal('fault'), order: faultSchema }),
  z.strictObject({ id, control: z.literal('struck'), fault: id }),
  z.strictObject({ id, control: z.literal('lift'), fault: id }),
]);

export type ControlRequest = z.infer<typeof controlSchema>;
