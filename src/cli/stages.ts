import { stages } from '../stages/index.ts';

/** `images-gateway stages`: names, what they do, and every way they refuse. */
export const listStages = (): void => {
  for (const { name, summary, faults } of stages) {
    process.stdout.write(`${name}\n  ${summary}\n`);
    for (const [fault, { status, when }] of Object.entries(faults))
      process.stdout.write(`  ${status} ${fault}: ${when}\n`);
    process.stdout.write('\n');
  }
};
