# Declarations of options.
{ lib }:
{
  mkOption = attributes: attributes // { _type = "option"; };

  mkEnableOption = what: {
    _type = "option";
    type = lib.types.bool;
    default = false;
    example = true;
    description = "Whether to enable ${what}.";
  };

  isOption = value: builtins.isAttrs value && value._type or "" == "option";

  literalExpression = text: {
    _type = "literalExpression";
    inherit text;
  };

  literalMD = text: {
    _type = "literalMD";
    inherit text;
  };

  showOption =
    path:
    lib.concatMapStringsSep "." (
      name: if builtins.match "[a-zA-Z_][a-zA-Z0-9_'-]*" name == null then ''"${name}"'' else name
    ) path;
}
