# Types: what a definition may be, and how several become one.
{ lib }:
let
  type = description: check: {
    inherit description check;
    merge = one;
  };

  # The only value that all definitions give.
  one =
    path: definitions:
    let
      inherit (builtins.head definitions) value;
    in
    if builtins.all (definition: definition.value == value) definitions then
      value
    else
      throw "The option `${lib.showOption path}' has conflicting definition values: ${
        lib.concatMapStringsSep ", " (definition: definition.file) definitions
      }";

  # Derivations cannot be compared, so there may only be one.
  single =
    path: definitions:
    if builtins.length definitions == 1 then
      (builtins.head definitions).value
    else
      throw "The option `${lib.showOption path}' is defined multiple times while it's expected to be unique.";

  element =
    path: type: definition:
    (lib.mergeDefinitions path type [ definition ]).value;
in
{
  unspecified = type "unspecified value" (_: true);
  raw = type "raw value" (_: true) // {
    merge = single;
  };
  bool = type "boolean" builtins.isBool;
  int = type "signed integer" builtins.isInt;
  str = type "string" builtins.isString;
  enum = values: type "one of ${builtins.toJSON values}" (value: builtins.elem value values);

  package =
    type "package" (
      value:
      lib.isDerivation value
      || (builtins.isString value && builtins.match "${builtins.storeDir}/[^/]+" value != null)
    )
    // {
      merge = single;
    };

  path = type "absolute path" (
    value:
    (builtins.isString value || builtins.isPath value || (builtins.isAttrs value && value ? outPath))
    && lib.hasPrefix "/" (toString value)
  );

  addCheck =
    inner: check:
    inner
    // {
      check = value: inner.check value && check value;
    };

  nullOr =
    inner:
    type "null or ${inner.description}" (value: value == null || inner.check value)
    // {
      merge =
        path: definitions:
        if builtins.any (definition: definition.value == null) definitions then
          one path definitions
        else
          inner.merge path definitions;
    };

  either =
    first: second:
    type "${first.description} or ${second.description}" (
      value: first.check value || second.check value
    )
    // {
      merge =
        path: definitions:
        if builtins.all (definition: first.check definition.value) definitions then
          first.merge path definitions
        else
          second.merge path definitions;
    };

  listOf =
    inner:
    type "list of ${inner.description}" builtins.isList
    // {
      merge =
        path: definitions:
        builtins.concatLists (
          lib.imap1 (
            number: definition:
            lib.imap1 (
              index: value:
              element (path ++ [ "[definition ${toString number}-entry ${toString index}]" ]) inner (
                definition // { inherit value; }
              )
            ) definition.value
          ) definitions
        );
    };

  attrsOf =
    inner:
    type "attribute set of ${inner.description}" builtins.isAttrs
    // {
      merge =
        path: definitions:
        let
          names = builtins.attrNames (
            builtins.foldl' (all: definition: all // definition.value) { } definitions
          );
          of =
            name:
            lib.mergeDefinitions (path ++ [ name ]) inner (
              map (definition: {
                inherit (definition) file;
                value = definition.value.${name};
              }) (builtins.filter (definition: definition.value ? ${name}) definitions)
            );
          present = builtins.filter (name: of name != null) names;
        in
        lib.genAttrs present (name: (of name).value);
    };
}
