#!/usr/bin/env escript
-mode(compile).
%% RabbitMQ looks for its boot steps and feature flags in the attributes of modules, and for that it loads every module
%% of every application at each start. Here the lists of modules (in .app files, and in the boot file the VM starts from)
%% are cut down to those that have such attributes; any other module is loaded when it is first called.
main(Files) -> lists:foreach(fun slim/1, Files).

slim(File) ->
    case filename:extension(File) of
        ".app" ->
            {ok, [App]} = file:consult(File),
            ok = file:write_file(File, io_lib:format("~tp.~n", [slim_app(filename:dirname(File), App)]));
        ".boot" ->
            {ok, Binary} = file:read_file(File),
            {script, Id, Steps} = binary_to_term(Binary),
            Slim = {script, Id, [slim_step(Step) || Step <- Steps]},
            ok = file:write_file(File, term_to_binary(Slim))
    end.

slim_step({apply, {application, load, [App]}}) ->
    {apply, {application, load, [slim_app(none, App)]}};
slim_step(Step) -> Step.

slim_app(Dir, {application, Name, Keys}) ->
    Kept = [M || M <- proplists:get_value(modules, Keys, []), has_rabbit_attribute(Dir, M)],
    {application, Name, lists:keystore(modules, 1, Keys, {modules, Kept})}.

has_rabbit_attribute(none, _) -> false;
has_rabbit_attribute(Dir, Module) ->
    case beam_lib:chunks(filename:join(Dir, Module), [attributes]) of
        {ok, {_, [{attributes, Attributes}]}} ->
            lists:any(fun({Name, _}) -> lists:prefix("rabbit_", atom_to_list(Name)) end, Attributes);
        _ -> false
    end.
