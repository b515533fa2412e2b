# Definitions of options: properties such as `mkIf`, priorities, order.
{ lib }:
let
  property = _type: attributes: attributes // { inherit _type; };
  typeOf = value: if builtins.isAttrs value then value._type or "" else "";
  normalPriority = 100;
  normalOrder = 1000;

  # One definition, resolved into those that hold: { file, value, priority, order }.
  discharge =
    definition:
    let
      inherit (definition) value;
      content = new: discharge (definition // new);
    in
    if typeOf value == "if" then
      (if value.condition then content { value = value.content; } else [ ])
    else if typeOf value == "merge" then
      lib.concatMap (part: content { value = part; }) value.contents
    else if typeOf value == "override" then
      content {
        value = value.content;
        inherit (value) priority;
      }
    else if typeOf value == "order" then
      content {
        value = value.content;
        order = value.priority;
      }
    else
      [ definition ];
in
rec {
  inherit discharge;

  mkIf = condition: content: property "if" { inherit condition content; };
  mkMerge = contents: property "merge" { inherit contents; };
  mkOverride = priority: content: property "override" { inherit priority content; };
  mkDefault = mkOverride 1000;
  mkForce = mkOverride 50;
  mkOrder = priority: content: property "order" { inherit priority content; };
  mkBefore = mkOrder 500;
  mkAfter = mkOrder 1500;

  # The value that definitions of an option at `path` add up to; null if there is none.
  mergeDefinitions =
    path: type: definitions:
    let
      resolved = lib.concatMap discharge definitions;
      priorityOf = definition: definition.priority or normalPriority;
      best = builtins.foldl' (
        least: one: if priorityOf one < least then priorityOf one else least
      ) 10000 resolved;
      winners = builtins.filter (one: priorityOf one == best) resolved;
      wrong = builtins.filter (one: !type.check one.value) winners;
      sorted = builtins.sort (a: b: a.order or normalOrder < b.order or normalOrder) winners;
    in
    if resolved == [ ] then
      null
    else if wrong != [ ] then
      throw "A definition for option `${lib.showOption path}' is not of type `${type.description}'. Definition values: - In `${(builtins.head wrong).file}': ${builtins.toJSON (builtins.head wrong).value}"
    else
      { value = type.merge path sorted; };
}
