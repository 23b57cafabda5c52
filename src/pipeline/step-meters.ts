import { durationBuckets, type Meters } from '../core/meters.ts';
import type { AnyStage } from '../core/stage.ts';
import type { StepMeters } from './step.ts';

/** The series of one stage. Every series exists from load on, at 0, so that a rate can be taken of it. */
export const stepMeters = (meters: Meters, stage: AnyStage): StepMeters => {
  const verdicts = meters.counter({
    name: 'images_gateway_stage_verdicts_total',
    help: 'Verdicts of stages. Outcome pass, deny, flag (would have been denied), relay (an upstream answer handed on), error.',
    labels: ['stage', 'outcome', 'fault'],
  });
  const durations = meters.histogram({
    name: 'images_gateway_stage_wait_seconds',
    help: 'Time that stages waited for the outside (Keystone, Nova, Redis). Checks that answer at once are not observed.',
    labels: ['stage'],
    buckets: durationBuckets,
  });
  const at = (outcome: string, fault: string) => verdicts.at({ stage: stage.name, outcome, fault });
  const byFault = (outcome: string) =>
    new Map(Object.keys(stage.faults).map((fault) => [fault, at(outcome, fault)]));
  return {
    pass: at('pass', ''),
    relay: at('relay', ''),
    error: at('error', 'internal'),
    denials: byFault('deny'),
    flags: byFault('flag'),
    duration: durations.at({ stage: stage.name }),
  };
};
