import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const deploy = join(import.meta.dirname, '../../deploy');

const rules = z.object({
  groups: z.array(
    z.strictObject({
      name: z.string(),
      rules: z.array(
        z.strictObject({
          alert: z.string().regex(/^Servpack[A-Z]\w+$/),
          expr: z.string(),
          for: z.string().optional(),
          labels: z.strictObject({ severity: z.enum(['critical', 'warning']) }),
          annotations: z.strictObject({ summary: z.string(), runbook_url: z.string() }),
        }),
      ),
    }),
  ),
});

const dashboard = z.looseObject({
  templating: z.object({ list: z.array(z.looseObject({ name: z.string() })) }),
  annotations: z.object({ list: z.array(z.looseObject({ expr: z.string() })) }),
  panels: z.array(
    z.looseObject({
      id: z.int(),
      type: z.string(),
      title: z.string(),
      gridPos: z.object({ h: z.int(), w: z.int(), x: z.int(), y: z.int() }),
      targets: z.array(z.looseObject({ expr: z.string() })).default([]),
    }),
  ),
});

export const alertsFile = join(deploy, 'prometheus/alerts.yaml');

/** The alert rules that ship with servpack. */
export const readAlerts = () =>
  rules.parse(parse(readFileSync(alertsFile, 'utf8'))).groups.flatMap((group) => group.rules);

/** The dashboard that ships with servpack. */
export const readDashboard = () =>
  dashboard.parse(JSON.parse(readFileSync(join(deploy, 'grafana/servpack.json'), 'utf8')));
