# Lists, strings, attribute sets, packages.
rec {
  inherit (builtins)
    all
    any
    attrNames
    concatLists
    concatMap
    concatStringsSep
    elem
    elemAt
    filter
    foldl'
    genList
    head
    isAttrs
    isBool
    isFunction
    isInt
    isList
    isString
    length
    listToAttrs
    mapAttrs
    tail
    ;

  # Lists
  optional = condition: element: if condition then [ element ] else [ ];
  optionals = condition: list: if condition then list else [ ];
  last = list: elemAt list (length list - 1);
  imap1 = f: list: builtins.genList (index: f (index + 1) (elemAt list index)) (length list);
  reverseList = list: builtins.genList (index: elemAt list (length list - index - 1)) (length list);
  subtractLists = without: filter (element: !elem element without);

  # Strings
  optionalString = condition: text: if condition then text else "";
  concatMapStringsSep =
    separator: f: list:
    concatStringsSep separator (map f list);
  hasPrefix = prefix: text: builtins.substring 0 (builtins.stringLength prefix) text == prefix;
  hasSuffix =
    suffix: text:
    let
      start = builtins.stringLength text - builtins.stringLength suffix;
    in
    start >= 0 && builtins.substring start (builtins.stringLength suffix) text == suffix;
  removeSuffix =
    suffix: text:
    if hasSuffix suffix text then
      builtins.substring 0 (builtins.stringLength text - builtins.stringLength suffix) text
    else
      text;
  escapeShellArg = text: "'${builtins.replaceStrings [ "'" ] [ "'\\''" ] (toString text)}'";
  # The separator is one character, which may have a meaning in regular expressions.
  splitString = separator: text: filter builtins.isString (builtins.split "[${separator}]" text);

  # Attribute sets
  nameValuePair = name: value: { inherit name value; };
  genAttrs = names: f: listToAttrs (map (name: nameValuePair name (f name)) names);
  mapAttrsToList = f: set: map (name: f name set.${name}) (attrNames set);
  filterAttrs =
    keep: set:
    listToAttrs (
      map (name: nameValuePair name set.${name}) (filter (name: keep name set.${name}) (attrNames set))
    );
  optionalAttrs = condition: set: if condition then set else { };
  hasAttrByPath =
    path: set:
    path == [ ]
    || (set ? ${builtins.head path} && hasAttrByPath (builtins.tail path) set.${builtins.head path});
  attrByPath =
    path: default: set:
    if path == [ ] then
      set
    else if set ? ${builtins.head path} then
      attrByPath (builtins.tail path) default set.${builtins.head path}
    else
      default;
  # Packages
  getOutput =
    output: package:
    if package.outputSpecified or false then package else package.${output} or package.out or package;
  makeLibraryPath =
    packages: concatStringsSep ":" (map (package: "${getOutput "lib" package}/lib") packages);

  concatMapAttrs = f: set: builtins.foldl' (sum: name: sum // f name set.${name}) { } (attrNames set);

  mapAttrs' = f: set: listToAttrs (mapAttrsToList f set);
  findFirst =
    predicate: default: list:
    let
      found = filter predicate list;
    in
    if found == [ ] then default else head found;

  # Files
  importTOML = file: builtins.fromTOML (builtins.readFile file);
  importJSON = file: builtins.fromJSON (builtins.readFile file);

  # Functions and warnings
  id = value: value;
  warn = message: builtins.trace "warning: ${message}";
  warnIf = condition: message: if condition then warn message else id;

  # Packages
  isDerivation = value: builtins.isAttrs value && value.type or "" == "derivation";
  getLib = package: package.lib or package;
  getBin = package: package.bin or package;
  getVersion = package: package.version or (builtins.parseDrvName package.name).version;
  getName = package: package.pname or (builtins.parseDrvName package.name).name;
  makeOverridable =
    f: arguments: f arguments // { override = new: makeOverridable f (arguments // new); };
  callPackageWith =
    scope: f: arguments:
    let
      function = if builtins.isFunction f then f else import f;
      wanted = builtins.functionArgs function;
    in
    makeOverridable function (builtins.intersectAttrs wanted scope // arguments);
  fileset = {
    unions = sets: sets;
    fileFilter = _: root: root;
    toSource = { root, ... }: root;
  };
  trivial.release = "stand-in";
  maintainers = { };
  licenses.mit = { };
  platforms.linux = [ ];
}
