/** Loaded into a measured process: SIGUSR2 starts a profile, the next one writes it to PROFILE. */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';

const session = new Session();
session.connect();
let running = false;

process.on('SIGUSR2', () => void toggle());

const toggle = async (): Promise<void> => {
  if (running) {
    const { profile } = await session.post('Profiler.stop');
    writeFileSync(process.env['PROFILE'] ?? 'profile.json', JSON.stringify(profile));
  } else {
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: 200 });
    await session.post('Profiler.start');
  }
  running = !running;
};
