import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deploy } from './prometheus.ts';

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly h: number; readonly w: number; readonly x: number; readonly y: number };
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly { readonly expr: string }[];
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
}

/** The dashboard that is shipped. */
export const dashboard: Dashboard = JSON.parse(
  readFileSync(join(deploy, 'grafana/images-gateway.json'), 'utf8'),
);

/** A query as Grafana would send it, all jobs and instances being chosen. */
export const asSent = (expression: string): string =>
  expression.replaceAll('$__rate_interval', '10s').replaceAll('$job', '.*').replaceAll('$instance', '.*');
