import { complain } from './complain.ts';

/** What is asked of a command; those of the library are such. */
export interface Completable {
  name(): string;
  description(): string;
  readonly commands: readonly Completable[];
  readonly options: readonly {
    readonly short?: string | undefined;
    readonly long?: string | undefined;
    readonly description: string;
    readonly required: boolean;
    readonly optional: boolean;
  }[];
}

/** One command, by the words that lead to it: `limits show`. */
interface Node {
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly about: string }[];
  readonly options: readonly {
    readonly flags: readonly string[];
    readonly about: string;
    readonly takes: boolean;
  }[];
}

const nodesOf = (command: Completable, path = ''): readonly Node[] => [
  {
    path,
    commands: command.commands.map((one) => ({ name: one.name(), about: one.description() })),
    options: command.options.map(({ short, long, description, required, optional }) => ({
      flags: [short, long].filter((flag) => flag !== undefined),
      about: description,
      takes: required || optional,
    })),
  },
  ...command.commands.flatMap((one) => nodesOf(one, `${path} ${one.name()}`.trim())),
];

const wordsOf = ({ commands, options }: Node): string =>
  [...commands.map(({ name }) => name), ...options.flatMap(({ flags }) => flags)].join(' ');

/** Single quotes keep everything but themselves, in all three shells. */
const quoted = (text: string): string => `'${text.replaceAll("'", '’')}'`;

const allNames = (nodes: readonly Node[]): string =>
  [...new Set(nodes.flatMap(({ commands }) => commands.map(({ name }) => name)))].join('|');

const cases = (nodes: readonly Node[]): string =>
  nodes.map((node) => `    ${quoted(node.path)}) words=${quoted(wordsOf(node))} ;;`).join('\n');

/** The words before the cursor that are names of commands tell where we are; files are offered for the rest. */
const bash = (nodes: readonly Node[]): string => `# eval "$(images-gateway completion bash)"
_images_gateway() {
  local path='' words='' word cur="\${COMP_WORDS[COMP_CWORD]}"
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in ${allNames(nodes)}) path="\${path:+$path }$word" ;; esac
  done
  case "$path" in
${cases(nodes)}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  [ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$cur"))
}
complete -o filenames -F _images_gateway images-gateway
`;

const zsh = (nodes: readonly Node[]): string => `#compdef images-gateway
# eval "$(images-gateway completion zsh)"
_images_gateway() {
  local place='' choices='' word
  for word in \${words[2,CURRENT-1]}; do
    case "$word" in ${allNames(nodes)}) place="\${place:+$place }$word" ;; esac
  done
  case "$place" in
${cases(nodes).replaceAll(') words=', ') choices=')}
  esac
  compadd -- \${=choices}
  _files
}
compdef _images_gateway images-gateway
`;

const fish = (nodes: readonly Node[]): string => {
  const lines = nodes.flatMap(({ path, commands, options }) => {
    const names = commands.map(({ name }) => name).join(' ');
    const unless = names === '' ? '' : `; and not __fish_seen_subcommand_from ${names}`;
    const steps = path.split(' ').map((name) => `__fish_seen_subcommand_from ${name}`);
    const here = path === '' ? '__fish_use_subcommand' : steps.join('; and ') + unless;
    const start = `complete -c images-gateway -n ${quoted(here)}`;
    return [
      ...commands.map(({ name, about }) => `${start} -f -a ${name} -d ${quoted(about)}`),
      ...options.map(({ flags, about, takes }) => {
        const spelt = flags.map((flag) =>
          flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
        );
        return `${start} ${spelt.join(' ')}${takes ? ' -r' : ''} -d ${quoted(about)}`;
      }),
    ];
  });
  return `# images-gateway completion fish | source\n${lines.join('\n')}\n`;
};

const shells: Readonly<Record<string, (nodes: readonly Node[]) => string>> = { bash, zsh, fish };

/** `images-gateway completion SHELL`: a script that completes commands and options, made from the program itself. */
export const printCompletion = (shell: string, program: Completable): void => {
  const print = Object.hasOwn(shells, shell) ? shells[shell] : undefined;
  if (print === undefined) complain(`There is no completion for "${shell}". Take bash, zsh or fish.`);
  else process.stdout.write(print(nodesOf(program)));
};
