import { Command, InvalidArgumentError, Option } from 'commander';
import { packageVersion } from '../telemetry/version.ts';
import { printCompletion } from './completion.ts';

const config = new Option('-c, --config <file>', 'settings of the process').default('config/gateway.yaml');
const portOf = (text: string): number => {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  throw new InvalidArgumentError('A port is a number from 0 to 65535.');
};
const port = (name: string, byDefault: number) =>
  new Option(`--${name} <port>`, 'port to listen on; 0 takes any free one')
    .default(byDefault)
    .argParser(portOf);

/** A command's file is loaded when the command is called: `serve` starts without the demo cloud and the rest. */
const lazy =
  <A extends unknown[]>(load: () => Promise<(...given: A) => unknown>) =>
  async (...given: A): Promise<void> => {
    await (await load())(...given);
  };

/** The command line. Exit codes: 0 well, 1 something was found or failed, 2 the words of the call are wrong. */
export const program = new Command('images-gateway')
  .description('A policy gateway in front of an OpenStack or Rackspace style images API.')
  .version(packageVersion(), '-V, --version', 'print the version')
  .showSuggestionAfterError()
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

program
  .command('serve')
  .description('run the gateway')
  .addOption(config)
  .action(lazy(async () => (await import('./serve.ts')).runServe));

program
  .command('demo')
  .description('run the gateway in front of an embedded demo cloud, and print requests to try')
  .addOption(port('port', 8080))
  .addOption(port('admin-port', 9901))
  .option('--verbose', 'print the log lines of the gateway too', false)
  .action(lazy(async () => (await import('./demo.ts')).runDemo));

program
  .command('validate')
  .description('read settings and policies as serve would, and report every problem with its place')
  .addOption(config)
  .action(lazy(async () => (await import('./validate.ts')).runValidate));

const limits = program
  .command('limits')
  .description('look at and reset the rate limits of a running gateway');

const admin = new Option(
  '--admin <url>',
  'ask this admin listener, with the token in IMAGES_GATEWAY_ADMIN_TOKEN, instead of the one in the settings',
);
const party = 'a project id, or user:ID, address:ADDRESS, * for all callers together';

limits
  .command('show')
  .description('list the limits and who presses on them, or what one party has left')
  .argument('[party]', party)
  .addOption(config)
  .addOption(admin)
  .action(lazy(async () => (await import('./limits.ts')).showLimits));

limits
  .command('reset')
  .description('give a party its whole allowance again')
  .argument('<party>', party)
  .option('--limit <name>', 'this limit only')
  .addOption(config)
  .addOption(admin)
  .action(lazy(async () => (await import('./limits.ts')).resetLimits));

program
  .command('tokens')
  .description('make tokens void at running gateways')
  .command('revoke')
  .description('make one token void, or all that a user or a project has; new ones stay good')
  .option('--hash <sha256>', 'the token with this SHA-256, in hex')
  .option('--stdin', 'the token on standard input; only its hash is sent')
  .option('--user <id>', 'all tokens of this user')
  .option('--project <id>', 'all tokens of this project')
  .addOption(config)
  .addOption(admin)
  .action(lazy(async () => (await import('./tokens.ts')).revokeTokens));

program
  .command('test')
  .description('judge the cases beside policies (*.cases.yaml), without a network')
  .argument('[paths...]', 'policy folders or cases files; the folder policies when left out')
  .option('--json', 'print one JSON document', false)
  .option('--junit <file>', 'write the results as JUnit XML too')
  .option('--coverage', 'tell which routes, stages, modes and faults no case reached', false)
  .addOption(
    new Option('--update', 'show what red cases would have to expect, and write it when you say yes')
      .default(false)
      .conflicts('json'),
  )
  .option('--yes', 'with --update: write without asking', false)
  .action(lazy(async () => (await import('./test.ts')).runTest));

const policies = new Option('--policies <folder>', 'the policy folder').default('policies');
const several = (value: string, before: readonly string[]): readonly string[] => [...before, value];

program
  .command('explain')
  .description('tell what a policy does with one request, stage by stage, without a network')
  .argument('[curl...]', 'the request as a curl command, behind --')
  .addOption(policies)
  .option('--method <method>', 'method of the request', 'GET')
  .option('--path <path>', 'path and query of the request')
  .option('-H, --header <header>', 'a header, as "Name: value"; may be given several times', several, [])
  .option('--body <text>', 'body of the request, byte for byte')
  .option(
    '--identity <name>',
    'who calls: member, reader, admin, other, none, invalid, unavailable',
    'member',
  )
  .option(
    '--role <role>',
    'a role of the caller, instead of --identity; may be given several times',
    several,
    [],
  )
  .option('--project <id>', 'project of the caller, instead of --identity')
  .option(
    '--token-stdin',
    'ask the cloud of the settings who calls, with the token on standard input, and for the state of things',
    false,
  )
  .addOption(config)
  .option('--given <yaml>', 'the world, as in a case: "{ servers: [{ status: VERIFY_RESIZE }] }"')
  .option('--case <name>', 'the request of this case')
  .option('--decision <id>', 'the request of this decision, or of this request id')
  .option('--decisions <file>', 'the decision file that it stands in, or the answer of GET /decisions')
  .option('--json', 'print one JSON document', false)
  .action(lazy(async () => (await import('./explain.ts')).runExplain));

program
  .command('replay')
  .description('tell who would have had another answer by another policy')
  .argument('<decisions>', 'a decision file (log.decisionFile of the configuration)')
  .requiredOption('--policies <folder>', 'the policy to try')
  .option('--from <folder>', 'compare with this policy, instead of with what the file says')
  .option('--json', 'print one JSON document', false)
  .action(lazy(async () => (await import('./replay.ts')).runReplay));

program
  .command('doctor')
  .description('send hostile requests through the own policies to an echo, and tell what got through')
  .addOption(config)
  .option('--json', 'print one JSON document', false)
  .option('--verbose', 'print what was held too', false)
  .action(lazy(async () => (await import('./doctor.ts')).runDoctor));

program
  .command('diff')
  .description('tell what one policy says otherwise than another, defaults filled in')
  .argument('<old>', 'a policy folder')
  .argument('<new>', 'another one')
  .option('--json', 'print one JSON document', false)
  .action(lazy(async () => (await import('./diff.ts')).runDiff));

const rollout = program
  .command('rollout')
  .description('let a running gateway judge some projects by a second revision of the policies');
const share = [
  '--percent <n>',
  'this share of all projects, 0 to 100; it grows by more, never by others',
] as const;

rollout
  .command('show')
  .description('tell which revisions judge requests, who gets the candidate, and how both fare')
  .addOption(config)
  .addOption(admin)
  .action(lazy(async () => (await import('./rollout.ts')).showRollout));
rollout
  .command('stage')
  .description('begin: the candidate must load and pass its own cases')
  .argument('<name>', 'a policy folder or a bundle in the folder of candidates (rollout.dir)')
  .option(...share)
  .option('--project <id>', 'this project; may be given several times', several, [])
  .addOption(config)
  .addOption(admin)
  .action(lazy(async () => (await import('./rollout.ts')).stageCandidate));
rollout
  .command('share')
  .description('give the candidate to more projects, or to fewer; what is not named stays')
  .option(...share)
  .option('--project <id>', 'instead of those named before; several times, or "" for none', several, [])
  .addOption(config)
  .addOption(admin)
  .action(lazy(async () => (await import('./rollout.ts')).shareCandidate));
rollout
  .command('promote')
  .description('let the candidate judge all requests, until the policy folder holds something new')
  .argument('[revision]', 'only if the candidate is this revision')
  .addOption(config)
  .addOption(admin)
  .action(lazy(async () => (await import('./rollout.ts')).promoteCandidate));
rollout
  .command('take-back')
  .description('end: nobody gets the candidate; after a promotion, the policy folder serves again')
  .addOption(config)
  .addOption(admin)
  .action(lazy(async () => (await import('./rollout.ts')).takeBackCandidate));

const bundle = program.command('bundle').description('carry a policy folder as one file');
bundle
  .command('build')
  .description('make a bundle of a policy that loads and whose cases are green')
  .argument('<folder>', 'the policy folder')
  .argument('<file>', 'the bundle to write')
  .option('--key <file>', 'sign it with this Ed25519 private key (PEM)')
  .action(lazy(async () => (await import('./bundle.ts')).buildBundle));
bundle
  .command('verify')
  .description('check the checksum and the signature of a bundle, and that it loads')
  .argument('<file>', 'the bundle')
  .option('--public-key <file>', 'it must be signed by the other half of this key (PEM)')
  .action(lazy(async () => (await import('./bundle.ts')).verifyBundle));

program
  .command('stages')
  .description('list the stages that a policy can use')
  .action(lazy(async () => (await import('./stages.ts')).listStages));

program
  .command('schemas')
  .description('write the JSON Schemas of settings and policies, for editors')
  .argument('<folder>', 'where to write them')
  .action(lazy(async () => (await import('./schemas.ts')).writeSchemas));

program
  .command('completion')
  .description('print a script that completes commands and options')
  .argument('<shell>', 'bash, zsh or fish')
  .action((shell: string) => printCompletion(shell, program));
