# index, indexFrom: the index of libraries, which says which package has which library.
{ config, lib, ... }:
let
  cfg = config.programs.nix-ld;
in
{
  options.programs.nix-ld = {
    index = lib.mkOption {
      type = lib.types.nullOr (lib.types.either lib.types.package lib.types.path);
      default = null;
      example = lib.literalExpression "inputs.nix-index-database.packages.x86_64-linux.nix-index-database";
      description = ''
        A database of nix-index: the package of [nix-index-database](https://github.com/nix-community/nix-index-database), a
        file, or a directory with `files` in it. The index for `ldshim pin`, `ldshim run`, `ldshim locate` and the others is made
        of it when the system is built, so that nobody has to get one. `ldshim index update` gets a newer one for its user.
      '';
    };

    indexFrom = lib.mkOption {
      type = lib.types.nullOr lib.types.str;
      default = null;
      example = "https://mirror.example.org/index-x86_64-linux";
      description = ''
        Where `ldshim index update` takes its database from: an address or a file. By default it is the newest release of
        nix-index-database. Sets {env}`LDSHIM_INDEX_FROM` for sessions.
      '';
    };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = lib.optional (cfg.index != null) (cfg.package.mkIndex cfg.index);
    environment.sessionVariables = lib.mkIf (cfg.indexFrom != null) {
      LDSHIM_INDEX_FROM = cfg.indexFrom;
    };
  };
}
