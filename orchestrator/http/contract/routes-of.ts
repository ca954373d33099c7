import type { FastifyInstance, RouteOptions } from 'fastify';
import { z } from 'zod';
import { keyOf, type Operation } from './operation.ts';
import { operations } from './operations.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route is, and what a request needs. */
    operation?: Operation;
  }
}

/** A route with its schemas, as the document describes it. */
export interface DescribedRoute {
  readonly method: string;
  readonly url: string;
  readonly operation: Operation;
  readonly params: z.ZodObject | null;
  readonly query: z.ZodObject | null;
  readonly body: z.ZodType | null;
  readonly answer: z.ZodType | null;
  /** What a command is answered with that waits for another person (202). */
  readonly asked: z.ZodType | null;
}

/**
 * Gives each route its entry of the table, and keeps the routes in their order. Call it before the
 * first route. The files of the page are no part of the API.
 * @throws for a route that the table does not have: nobody would know who may ask it
 */
export function collectRoutes(app: FastifyInstance): readonly DescribedRoute[] {
  const routes: DescribedRoute[] = [];
  app.addHook('onRoute', (route) => {
    if (route.config?.isPage === true) return;
    const operation = operations[keyOf(String(route.method), route.url)];
    if (operation === undefined)
      throw new Error(`${String(route.method)} ${route.url} is missing in http/contract/operations`);
    route.config = { ...route.config, operation, open: operation.needs === null };
    if (route.method !== 'HEAD') routes.push(described(route, operation));
  });
  return routes;
}

function described({ method, url, schema = {} }: RouteOptions, operation: Operation): DescribedRoute {
  const answers = (schema.response ?? {}) as Readonly<Record<string, unknown>>;
  return {
    method: String(method),
    url,
    operation,
    params: schema.params instanceof z.ZodObject ? schema.params : null,
    query: schema.querystring instanceof z.ZodObject ? schema.querystring : null,
    body: schema.body instanceof z.ZodType ? schema.body : null,
    answer: answers['200'] instanceof z.ZodType ? answers['200'] : null,
    asked: answers['202'] instanceof z.ZodType ? answers['202'] : null,
  };
}
