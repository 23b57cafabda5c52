/** The commands of the program, as its own help tells them. */
import { program } from '../../../src/cli/program.ts';
import { table } from './blocks.ts';
import { code } from './schema-rows.ts';

type Command = typeof program;

/** Every command that does something, with the words that lead to it. */
const leaves = (command: Command, words: readonly string[] = []): readonly (readonly [string, Command])[] =>
  command.commands.length === 0
    ? [[words.join(' '), command]]
    : command.commands.flatMap((inner) => leaves(inner, [...words, inner.name()]));

const parts = (command: Command): string =>
  [
    ...command.registeredArguments.map((argument) => {
      const name = argument.required ? `<${argument.name()}>` : `[${argument.name()}]`;
      return `${code(name)} ${argument.description}`;
    }),
    ...command.options.map(({ flags, description, defaultValue }) => {
      const shown =
        defaultValue === undefined || defaultValue === false ? '' : ` (${code(String(defaultValue))})`;
      return `${code(flags)} ${description}${shown}`;
    }),
  ].join('; ');

export const commandTable = (): string =>
  table(
    ['Command', 'What it does', 'Words after it'],
    leaves(program).map(([words, command]) => [code(words), command.description(), parts(command)]),
  );
