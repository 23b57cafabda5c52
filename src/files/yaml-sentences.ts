/**
 * What a syntax error of the YAML parser means to the person who wrote the file, by the parser's error codes
 * (yaml 2, `errors.ts` ErrorCode). Its own messages are not shown: some quote the text, which may hold a secret.
 */
const sentences: Readonly<Record<string, string>> = {
  ALIAS_PROPS: 'An alias (*name) cannot have a tag or an anchor.',
  BAD_ALIAS: 'Aliases (*name) are not read; write the value out.',
  BAD_COLLECTION_TYPE: 'This tag does not fit the kind of value that follows.',
  BAD_DIRECTIVE: 'This directive is not known; remove the line that begins with "%".',
  BAD_DQ_ESCAPE:
    'This escape is not known inside double quotes; use single quotes, or write "\\\\" for a backslash.',
  BAD_INDENT: 'The indentation does not fit the lines above; is a bracket or quote left open?',
  BAD_PROP_ORDER: 'A tag or anchor stands in the wrong place.',
  BAD_SCALAR_START: 'A plain value cannot begin with this character; put the value in quotes.',
  BLOCK_AS_IMPLICIT_KEY:
    'A mapping cannot begin here; is the next line indented too far, or are quotes missing?',
  BLOCK_IN_FLOW: 'Inside [ ] and { } the lines must be indented further than their parent.',
  DUPLICATE_KEY: 'This name is given twice.',
  KEY_OVER_1024_CHARS:
    'This name is longer than 1024 characters; is a closing quote or a line break missing?',
  MISSING_CHAR:
    'A character is missing here: ":" after a name, "," or a closing bracket, or a closing quote.',
  MULTILINE_IMPLICIT_KEY: 'A name must stand on one line; is a ":" missing on the line before?',
  MULTIPLE_ANCHORS: 'A value can have one anchor only.',
  MULTIPLE_DOCS: 'A file holds one document; move what follows "---" to a file of its own.',
  MULTIPLE_TAGS: 'A value can have one tag only.',
  NON_STRING_KEY: 'A name must be a text; put it in quotes.',
  RESOURCE_EXHAUSTION: 'The values are nested too deeply.',
  TAB_AS_INDENT: 'Tabs cannot indent YAML; use spaces.',
  TAG_RESOLVE_FAILED: 'This tag or number form is not part of YAML 1.2 core; write the plain value.',
  UNEXPECTED_TOKEN: 'This is not expected here; check the brackets, quotes and indentation before it.',
};

export const yamlSentence = (code: string): string => sentences[code] ?? 'This is not valid YAML.';
