import { defineStage, OptionError } from '../core/stage.ts';
import { Type } from '../core/type.ts';
import { deny, pass } from '../core/verdict.ts';
import { errorsOf, SchemaCompiler, SchemaError, type ValidateFunction } from './schema-compiler.ts';
import { schemaMessage } from './schema-sentences.ts';

export const metadataSchema = defineStage({
  name: 'metadata-schema',
  summary: 'Judges the body of a write by JSON Schema.',
  options: Type.Object(
    {
      schemas: Type.Record(Type.String(), Type.String(), {
        default: {},
        description:
          'Schema file by operation, relative to the policy folder. An operation that is not named here uses schemas/OPERATION.json.',
      }),
    },
    { additionalProperties: false },
  ),
  reads: ['body'],
  gives: [],
  ports: [],
  faults: {
    invalid: {
      status: 400,
      name: 'badRequest',
      when: 'The body does not meet the JSON Schema of the policy for this call.',
    },
  },
  prepare({ schemas }, _ports, scope) {
    if (scope.operations.length === 0) {
      throw new OptionError([], `route "${scope.routeId}" matches a path; schemas belong to "operations".`);
    }
    const validators = new Map<string, ValidateFunction>();
    for (const operation of scope.operations) {
      const path = schemas[operation.name] ?? `schemas/${operation.name}.json`;
      try {
        if (operation.mediaTypes.length > 0 || schemas[operation.name] !== undefined) {
          validators.set(operation.name, SchemaCompiler.of(scope.schemas).compile(path));
        }
      } catch (error) {
        if (error instanceof SchemaError)
          throw new OptionError(['schemas', operation.name], `${error.message}.`);
        throw error;
      }
    }
    const stray = Object.keys(schemas).find(
      (name) => !scope.operations.some((operation) => operation.name === name),
    );
    if (stray !== undefined) {
      throw new OptionError(['schemas', stray], `route "${scope.routeId}" has no operation "${stray}".`);
    }
    return (x) => {
      const validate = validators.get(x.operation?.name ?? '');
      if (validate === undefined || validate(x.body?.value)) return pass;
      return deny('invalid', schemaMessage(errorsOf(validate)));
    };
  },
});
