# evalModules: modules with their imports, options declared and defined.
{ lib }:
{
  evalModules =
    {
      modules,
      specialArgs ? { },
      prefix ? [ ],
    }:
    let
      arguments = {
        inherit lib config options;
      }
      // specialArgs;

      # A module and what it imports, as { key, file, disabled, options, config }. Those with the same key are the same.
      load =
        parent: module:
        let
          isFile = builtins.isPath module || builtins.isString module;
          file = if isFile then toString module else parent;
          content = if isFile then import module else module;
          # Arguments are looked up one by one: a module's `config` is not known before all are loaded.
          set =
            if builtins.isFunction content then
              content (builtins.mapAttrs (name: _: arguments.${name}) (builtins.functionArgs content))
            else
              content;
          isLong = set ? config || set ? options;
          meta = [
            "_file"
            "key"
            "imports"
            "disabledModules"
            "options"
            "config"
          ];
          stray = builtins.attrNames (builtins.removeAttrs set meta);
        in
        if isLong && stray != [ ] then
          throw "Module `${file}' has an unsupported attribute `${builtins.head stray}'. This is caused by introducing a top-level `config' or `options' attribute."
        else
          [
            {
              file = toString (set._file or file);
              key = set.key or (if isFile then file else null);
              disabled = set.disabledModules or [ ];
              options = set.options or { };
              config = if isLong then set.config or { } else builtins.removeAttrs set meta;
            }
          ]
          ++ lib.concatMap (load file) (set.imports or [ ]);

      isAmong = all: one: one.key != null && builtins.any (other: other.key == one.key) all;
      loaded = builtins.foldl' (all: one: if isAmong all one then all else all ++ [ one ]) [ ] (
        lib.concatMap (load "<unknown-file>") modules
      );
      disabled = lib.concatMap (
        module: map (name: "${arguments.modulesPath}/${name}") module.disabled
      ) loaded;
      # Definitions of later modules come first, as in nixpkgs.
      active = lib.reverseList (builtins.filter (module: !builtins.elem module.file disabled) loaded);

      options = builtins.foldl' (all: module: declare all module.options) { } active;
      declare =
        old: new:
        old
        // builtins.mapAttrs (
          name: value:
          if !old ? ${name} then
            value
          else if lib.isOption value || lib.isOption old.${name} then
            throw "The option `${name}' is declared twice."
          else
            declare old.${name} value
        ) new;

      # Properties around a set, moved into each of its attributes.
      pushDown =
        definition:
        let
          inherit (definition) value;
          kind = value._type or "";
          inner = pushDown (definition // { value = value.content; });
          wrap = part: value // { content = part; };
        in
        if kind == "if" || kind == "override" || kind == "order" then
          map (one: one // { value = builtins.mapAttrs (_: wrap) one.value; }) inner
        else if kind == "merge" then
          lib.concatMap (part: pushDown (definition // { value = part; })) value.contents
        else
          [ definition ];

      configure =
        path: declared: definitions:
        let
          flat = lib.concatMap pushDown definitions;
          unknown = lib.concatMap (
            definition:
            map (
              name:
              "The option `${
                lib.showOption (path ++ [ name ])
              }' does not exist. Definition values: - In `${definition.file}'"
            ) (builtins.filter (name: !declared ? ${name}) (builtins.attrNames definition.value))
          ) flat;
          of =
            name:
            map (definition: definition // { value = definition.value.${name}; }) (
              builtins.filter (definition: definition.value ? ${name}) flat
            );
        in
        if unknown != [ ] then
          throw (builtins.head unknown)
        else
          builtins.mapAttrs (
            name: entry:
            let
              here = path ++ [ name ];
            in
            if lib.isOption entry then value here entry (of name) else configure here entry (of name)
          ) declared;

      value =
        path: option: definitions:
        let
          type = option.type or lib.types.unspecified;
          # A default counts as a definition of low priority.
          fallback = lib.optional (option ? default) {
            file = "<default>";
            value = lib.mkOverride 1500 option.default;
          };
          merged = lib.mergeDefinitions path type (definitions ++ fallback);
        in
        if merged == null then
          throw "The option `${lib.showOption path}' is used but not defined."
        else
          (option.apply or lib.id) merged.value;

      config = configure prefix options (
        map (module: {
          inherit (module) file;
          value = module.config;
        }) active
      );
    in
    {
      inherit config options;
    };
}
