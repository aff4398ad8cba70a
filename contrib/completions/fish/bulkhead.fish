# SPDX-License-Identifier: LGPL-2.1-or-later
# fish completion for bulkhead(8). Made by contrib/completions/generate: not to be edited.

# The words behind the global options, which are the command and what belongs to it.
function __bulkhead_words
    set -l words (commandline -opc)
    set -e words[1]
    while set -q words[1]; and string match -q -- '-*' $words[1]
        if contains -- $words[1] --log --log-format --policy --root --cgroup-manager --rootless --criu
            set -e words[1]
        end
        set -e words[1]
    end
    string join -- \n $words
end

function __bulkhead_no_command
    test (count (__bulkhead_words)) -eq 0
end

# Whether the command is $argv[1]; and with $argv[2], behind that many arguments: the rest of $argv are
# the command's options with a value.
function __bulkhead_in
    set -l words (__bulkhead_words)
    test "$words[1]" = $argv[1]; or return 1
    set -q argv[2]; or return 0
    set -l count 0
    set -l valued no
    for word in $words[2..-1]
        if test $valued = yes
            set valued no
        else if string match -q -- '-*' $word
            contains -- $word $argv[3..-1]; and set valued yes
        else
            set count (math $count + 1)
        end
    end
    test $count -eq $argv[2]
end

function __bulkhead_ids
    set -l words (commandline -opc)
    set -l root
    if set -l at (contains -i -- --root $words)
        set root --root $words[(math $at + 1)]
    end
    bulkhead $root list --quiet 2>/dev/null
end

complete -c bulkhead -f
complete -c bulkhead -n '__bulkhead_no_command' -l debug -d 'enable debug logging'
complete -c bulkhead -n '__bulkhead_no_command' -l log -r -F -d 'append errors to this file, or journald:NAME or syslog:NAME, besides stderr'
complete -c bulkhead -n '__bulkhead_no_command' -l log-format -x -a 'text json' -d 'format of the log: text or json'
complete -c bulkhead -n '__bulkhead_no_command' -l policy -r -F -d 'the administrator\'s policy file (without it: the built-in policy)'
complete -c bulkhead -n '__bulkhead_no_command' -l root -x -a '(__fish_complete_directories)' -d 'directory for the state of containers; it should be in a tmpfs'
complete -c bulkhead -n '__bulkhead_no_command' -l systemd-cgroup -d 'have systemd make the cgroups; cgroupsPath is then "slice:prefix:name"'
complete -c bulkhead -n '__bulkhead_no_command' -l cgroup-manager -x -a 'cgroupfs systemd' -d 'cgroupfs or systemd; crun\'s word for --systemd-cgroup'
complete -c bulkhead -n '__bulkhead_no_command' -l rootless -x -a 'true false auto' -d 'true, false or auto; false: without a cgroup of its own no container is made'
complete -c bulkhead -n '__bulkhead_no_command' -l version -s v -d 'print the version'
complete -c bulkhead -s h -l help -d 'show help'
complete -c bulkhead -n __bulkhead_no_command -a audit -d 'show who did what to which container, and whose a host id is'
complete -c bulkhead -n __bulkhead_no_command -a check -d 'show whether this host is ready for containers'
complete -c bulkhead -n __bulkhead_no_command -a checkpoint -d 'write a running container\'s processes to files'
complete -c bulkhead -n __bulkhead_no_command -a create -d 'create a container'
complete -c bulkhead -n __bulkhead_no_command -a delete -d 'release everything a container holds'
complete -c bulkhead -n __bulkhead_no_command -a events -d 'show what a container uses, and when it runs out of memory'
complete -c bulkhead -n __bulkhead_no_command -a exec -d 'run a further process in a container'
complete -c bulkhead -n __bulkhead_no_command -a explain -d 'show what would be changed in a bundle\'s configuration, and why'
complete -c bulkhead -n __bulkhead_no_command -a features -d 'show what this build can do'
complete -c bulkhead -n __bulkhead_no_command -a harden -d 'print the hardened form of a configuration'
complete -c bulkhead -n __bulkhead_no_command -a kill -d 'send a signal (default: SIGTERM) to a container\'s first process'
complete -c bulkhead -n __bulkhead_no_command -a list -d 'list the containers below the state root'
complete -c bulkhead -n __bulkhead_no_command -a pause -d 'stop all processes of a container until it is resumed'
complete -c bulkhead -n __bulkhead_no_command -a policy -d 'print the policy, or look for mistakes in a file'
complete -c bulkhead -n __bulkhead_no_command -a ps -d 'show the processes of a container'
complete -c bulkhead -n __bulkhead_no_command -a restore -d 'make a container with the processes of a checkpoint'
complete -c bulkhead -n __bulkhead_no_command -a resume -d 'let the processes of a paused container go on'
complete -c bulkhead -n __bulkhead_no_command -a run -d 'create and run a container'
complete -c bulkhead -n __bulkhead_no_command -a spec -d 'write a new specification file'
complete -c bulkhead -n __bulkhead_no_command -a start -d 'start the process of a created container'
complete -c bulkhead -n __bulkhead_no_command -a state -d 'show the state of a container'
complete -c bulkhead -n __bulkhead_no_command -a update -d 'change the limits of a container'
complete -c bulkhead -n __bulkhead_no_command -a verify -d 'compare a running container with what was planned'
complete -c bulkhead -n __bulkhead_no_command -a help -d 'show the commands, or help for one command'
complete -c bulkhead -n '__bulkhead_in help' -a 'audit check checkpoint create delete events exec explain features harden kill list pause policy ps restore resume run spec start state update verify'
complete -c bulkhead -n '__bulkhead_in audit' -l uid -x -d 'which containers have, or had, this host uid; and what it is inside'
complete -c bulkhead -n '__bulkhead_in audit' -l gid -x -d 'the same of a host gid'
complete -c bulkhead -n '__bulkhead_in audit' -l id -x -d 'only this container; the id\'s beginning is enough'
complete -c bulkhead -n '__bulkhead_in audit' -l since -x -d 'from then on: 2026-11-22, 2026-11-22T15:43:22Z, or ago: 90s, 15m, 2h, 7d'
complete -c bulkhead -n '__bulkhead_in audit' -l event -x -a 'create run start exec update pause resume kill delete refused failed' -d 'only create, run, start, exec, update, pause, resume, kill or delete; or refused, failed'
complete -c bulkhead -n '__bulkhead_in audit' -l format -s f -x -a 'table json' -d 'table, or json for the lines as they are'
complete -c bulkhead -n '__bulkhead_in audit' -l file -r -F -d 'read this file (and FILE.1) instead of the policy\'s; - for stdin'
complete -c bulkhead -n '__bulkhead_in check' -l format -s f -x -a 'table json' -d 'table or json'
complete -c bulkhead -n '__bulkhead_in checkpoint' -l image-path -x -d 'directory of the images, root\'s alone (default: "checkpoint" in the current directory)'
complete -c bulkhead -n '__bulkhead_in checkpoint' -l work-path -x -d 'directory for CRIU\'s log, root\'s alone (default: that of the images)'
complete -c bulkhead -n '__bulkhead_in checkpoint' -l tcp-established -d 'allow established TCP connections'
complete -c bulkhead -n '__bulkhead_in checkpoint' -l ext-unix-sk -d 'allow unix sockets that are connected to the outside'
complete -c bulkhead -n '__bulkhead_in checkpoint' -l shell-job -d 'allow a session whose leader is outside'
complete -c bulkhead -n '__bulkhead_in checkpoint' -l file-locks -d 'handle file locks'
complete -c bulkhead -n '__bulkhead_in checkpoint' -l auto-dedup -d 'free the pages of an older image that a newer one has'
complete -c bulkhead -n '__bulkhead_in checkpoint' -l manage-cgroups-mode -x -d '"soft"; the others, with limits out of the images, are refused'
complete -c bulkhead -n '__bulkhead_in checkpoint' -l empty-ns -x -d '"network": make that namespace, with nothing in it'
complete -c bulkhead -n '__bulkhead_in checkpoint' -l lazy-pages -d 'not supported: refused with an error'
complete -c bulkhead -n '__bulkhead_in checkpoint' -l tcp-skip-in-flight -d 'leave out TCP connections that are not established yet'
complete -c bulkhead -n '__bulkhead_in checkpoint' -l parent-path -x -d 'directory of an earlier --pre-dump, relative to --image-path'
complete -c bulkhead -n '__bulkhead_in checkpoint' -l leave-running -d 'let the container go on afterwards'
complete -c bulkhead -n '__bulkhead_in checkpoint' -l link-remap -d 'give files that are open and removed a name for the time being'
complete -c bulkhead -n '__bulkhead_in checkpoint' -l pre-dump -d 'memory only, as the parent of a later checkpoint; the container goes on'
complete -c bulkhead -n '__bulkhead_in checkpoint' -l status-fd -x -d 'not supported, as --lazy-pages: refused with an error'
complete -c bulkhead -n '__bulkhead_in checkpoint' -l page-server -x -d 'not supported: refused with an error'
complete -c bulkhead -n '__bulkhead_in checkpoint 0 --image-path --work-path --manage-cgroups-mode --empty-ns --parent-path --status-fd --page-server' -a '(__bulkhead_ids)'
complete -c bulkhead -n '__bulkhead_in create' -l bundle -s b -x -a '(__fish_complete_directories)' -d 'path to the bundle directory (default: the current directory)'
complete -c bulkhead -n '__bulkhead_in create' -l console-socket -r -F -d 'AF_UNIX socket that receives the master end of the pseudoterminal'
complete -c bulkhead -n '__bulkhead_in create' -l pidfd-socket -r -F -d 'AF_UNIX socket that receives a pidfd of the container\'s first process'
complete -c bulkhead -n '__bulkhead_in create' -l pid-file -r -F -d 'file to write the process id to'
complete -c bulkhead -n '__bulkhead_in create' -l no-pivot -d 'set the root with MS_MOVE and chroot: refused unless the policy allows it'
complete -c bulkhead -n '__bulkhead_in create' -l no-new-keyring -d 'do not make a session keyring of its own for the container'
complete -c bulkhead -n '__bulkhead_in create' -l preserve-fds -x -d 'pass N more file descriptors to the container (stdio + $LISTEN_FDS + N)'
complete -c bulkhead -n '__bulkhead_in delete' -l force -s f -d 'kill the container first; no error when it does not exist'
complete -c bulkhead -n '__bulkhead_in delete 0' -a '(__bulkhead_ids)'
complete -c bulkhead -n '__bulkhead_in events' -l interval -x -d 'time between two samples, such as 500ms or 1m30s'
complete -c bulkhead -n '__bulkhead_in events' -l stats -d 'show one sample and exit'
complete -c bulkhead -n '__bulkhead_in events 0 --interval' -a '(__bulkhead_ids)'
complete -c bulkhead -n '__bulkhead_in exec' -l console-socket -r -F -d 'AF_UNIX socket that receives the master end of the pseudoterminal'
complete -c bulkhead -n '__bulkhead_in exec' -l pidfd-socket -r -F -d 'AF_UNIX socket that receives a pidfd of the process'
complete -c bulkhead -n '__bulkhead_in exec' -l cwd -x -d 'working directory in the container'
complete -c bulkhead -n '__bulkhead_in exec' -l env -s e -x -d 'set an environment variable, NAME=VALUE; may be repeated'
complete -c bulkhead -n '__bulkhead_in exec' -l tty -s t -d 'allocate a pseudoterminal'
complete -c bulkhead -n '__bulkhead_in exec' -l user -s u -x -d 'user of the process: <uid>[:<gid>]'
complete -c bulkhead -n '__bulkhead_in exec' -l additional-gids -s g -x -d 'a further group of the process; may be repeated'
complete -c bulkhead -n '__bulkhead_in exec' -l process -s p -r -F -d 'file with the process as JSON, instead of a command'
complete -c bulkhead -n '__bulkhead_in exec' -l detach -s d -d 'return once the process runs'
complete -c bulkhead -n '__bulkhead_in exec' -l pid-file -r -F -d 'file to write the process id to'
complete -c bulkhead -n '__bulkhead_in exec' -l process-label -x -d 'SELinux label of the process'
complete -c bulkhead -n '__bulkhead_in exec' -l apparmor -x -d 'AppArmor profile of the process'
complete -c bulkhead -n '__bulkhead_in exec' -l no-new-privs -d 'no privileges by execve; the policy may set it in any case'
complete -c bulkhead -n '__bulkhead_in exec' -l cap -s c -x -d 'a capability more, if the container\'s own process may have it; may be repeated'
complete -c bulkhead -n '__bulkhead_in exec' -l preserve-fds -x -d 'pass N more file descriptors to the process (stdio + N)'
complete -c bulkhead -n '__bulkhead_in exec' -l cgroup -x -d 'run in a cgroup below the container\'s: <path> or <controller>[,...]:<path>'
complete -c bulkhead -n '__bulkhead_in exec' -l ignore-paused -d 'in a paused container, wait until it goes on'
complete -c bulkhead -n '__bulkhead_in exec 0 --console-socket --pidfd-socket --cwd --env -e --user -u --additional-gids -g --process -p --pid-file --process-label --apparmor --cap -c --preserve-fds --cgroup' -a '(__bulkhead_ids)'
complete -c bulkhead -n '__bulkhead_in explain' -l bundle -s b -x -a '(__fish_complete_directories)' -d 'path to the bundle directory (default: the current directory)'
complete -c bulkhead -n '__bulkhead_in explain' -l format -s f -x -a 'table json' -d 'table or json'
complete -c bulkhead -n '__bulkhead_in harden' -l bundle -s b -x -a '(__fish_complete_directories)' -d 'bundle whose config.json is read when no file is named'
complete -c bulkhead -n '__bulkhead_in harden' -l decisions -s d -r -F -d 'write every decision to this file, or to stderr for "-"'
complete -c bulkhead -n '__bulkhead_in harden' -l format -s f -x -a 'table json' -d 'of the decisions: table or json'
complete -c bulkhead -n '__bulkhead_in harden 0 --bundle -b --decisions -d --format -f' -F
complete -c bulkhead -n '__bulkhead_in kill 0' -a '(__bulkhead_ids)'
complete -c bulkhead -n '__bulkhead_in kill 1' -a 'HUP INT QUIT KILL USR1 USR2 TERM CONT STOP WINCH'
complete -c bulkhead -n '__bulkhead_in list' -l format -s f -x -a 'table json' -d 'table or json'
complete -c bulkhead -n '__bulkhead_in list' -l quiet -s q -d 'show the ids only'
complete -c bulkhead -n '__bulkhead_in pause 0' -a '(__bulkhead_ids)'
complete -c bulkhead -n '__bulkhead_in policy 0' -a 'default show check'
complete -c bulkhead -n '__bulkhead_in policy 1' -F
complete -c bulkhead -n '__bulkhead_in ps' -l format -s f -x -a 'table json' -d 'table or json'
complete -c bulkhead -n '__bulkhead_in ps 0 --format -f' -a '(__bulkhead_ids)'
complete -c bulkhead -n '__bulkhead_in restore' -l bundle -s b -x -a '(__fish_complete_directories)' -d 'path to the bundle directory (default: the current directory)'
complete -c bulkhead -n '__bulkhead_in restore' -l console-socket -r -F -d 'no container with a terminal can be restored: refused with an error'
complete -c bulkhead -n '__bulkhead_in restore' -l image-path -x -d 'directory of the images, root\'s alone (default: "checkpoint" in the current directory)'
complete -c bulkhead -n '__bulkhead_in restore' -l work-path -x -d 'directory for CRIU\'s log, root\'s alone (default: that of the images)'
complete -c bulkhead -n '__bulkhead_in restore' -l tcp-established -d 'allow established TCP connections'
complete -c bulkhead -n '__bulkhead_in restore' -l ext-unix-sk -d 'allow unix sockets that are connected to the outside'
complete -c bulkhead -n '__bulkhead_in restore' -l shell-job -d 'allow a session whose leader is outside'
complete -c bulkhead -n '__bulkhead_in restore' -l file-locks -d 'handle file locks'
complete -c bulkhead -n '__bulkhead_in restore' -l auto-dedup -d 'free the pages of an older image that a newer one has'
complete -c bulkhead -n '__bulkhead_in restore' -l manage-cgroups-mode -x -d '"soft"; the others, with limits out of the images, are refused'
complete -c bulkhead -n '__bulkhead_in restore' -l empty-ns -x -d '"network": make that namespace, with nothing in it'
complete -c bulkhead -n '__bulkhead_in restore' -l lazy-pages -d 'not supported: refused with an error'
complete -c bulkhead -n '__bulkhead_in restore' -l tcp-close -d 'restore TCP connections as closed ones'
complete -c bulkhead -n '__bulkhead_in restore' -l detach -s d -d 'return once the container\'s processes go on'
complete -c bulkhead -n '__bulkhead_in restore' -l pid-file -r -F -d 'file to write the process id to'
complete -c bulkhead -n '__bulkhead_in restore' -l no-subreaper -d 'do not adopt orphaned processes of the container'
complete -c bulkhead -n '__bulkhead_in restore' -l no-pivot -d 'refused: CRIU can restore a root by pivot_root only'
complete -c bulkhead -n '__bulkhead_in restore' -l lsm-profile -x -d 'TYPE:NAME of another profile than the images\', which has to be the planned one'
complete -c bulkhead -n '__bulkhead_in restore' -l lsm-mount-context -x -d 'another SELinux context of mounts than the images\''
complete -c bulkhead -n '__bulkhead_in restore 0 --bundle -b --console-socket --image-path --work-path --manage-cgroups-mode --empty-ns --pid-file --lsm-profile --lsm-mount-context' -a '(__bulkhead_ids)'
complete -c bulkhead -n '__bulkhead_in resume 0' -a '(__bulkhead_ids)'
complete -c bulkhead -n '__bulkhead_in run' -l bundle -s b -x -a '(__fish_complete_directories)' -d 'path to the bundle directory (default: the current directory)'
complete -c bulkhead -n '__bulkhead_in run' -l console-socket -r -F -d 'AF_UNIX socket that receives the master end of the pseudoterminal'
complete -c bulkhead -n '__bulkhead_in run' -l pidfd-socket -r -F -d 'AF_UNIX socket that receives a pidfd of the container\'s first process'
complete -c bulkhead -n '__bulkhead_in run' -l pid-file -r -F -d 'file to write the process id to'
complete -c bulkhead -n '__bulkhead_in run' -l no-pivot -d 'set the root with MS_MOVE and chroot: refused unless the policy allows it'
complete -c bulkhead -n '__bulkhead_in run' -l no-new-keyring -d 'do not make a session keyring of its own for the container'
complete -c bulkhead -n '__bulkhead_in run' -l preserve-fds -x -d 'pass N more file descriptors to the container (stdio + $LISTEN_FDS + N)'
complete -c bulkhead -n '__bulkhead_in run' -l detach -s d -d 'return once the container\'s process runs'
complete -c bulkhead -n '__bulkhead_in run' -l keep -d 'do not delete the container when it has ended'
complete -c bulkhead -n '__bulkhead_in run' -l no-subreaper -d 'do not adopt orphaned processes of the container'
complete -c bulkhead -n '__bulkhead_in spec' -l bundle -s b -x -a '(__fish_complete_directories)' -d 'path to the bundle directory (default: the current directory)'
complete -c bulkhead -n '__bulkhead_in spec' -l print -d 'print it instead of writing a file'
complete -c bulkhead -n '__bulkhead_in spec' -l rootless -d 'for a caller who is not root'
complete -c bulkhead -n '__bulkhead_in start 0' -a '(__bulkhead_ids)'
complete -c bulkhead -n '__bulkhead_in state 0' -a '(__bulkhead_ids)'
complete -c bulkhead -n '__bulkhead_in update' -l resources -s r -r -F -d 'file with a JSON object as linux.resources, or - for stdin; other options are then ignored'
complete -c bulkhead -n '__bulkhead_in update' -l blkio-weight -x -d 'weight of block I/O, 10 to 1000'
complete -c bulkhead -n '__bulkhead_in update' -l cpu-period -x -d 'CFS period in microseconds'
complete -c bulkhead -n '__bulkhead_in update' -l cpu-quota -x -d 'CPU time per period; -1: no limit'
complete -c bulkhead -n '__bulkhead_in update' -l cpu-burst -x -d 'CPU time that can be saved up, in microseconds'
complete -c bulkhead -n '__bulkhead_in update' -l cpu-share -x -d 'relative weight of CPU time'
complete -c bulkhead -n '__bulkhead_in update' -l cpu-rt-period -x -d 'real-time period in microseconds'
complete -c bulkhead -n '__bulkhead_in update' -l cpu-rt-runtime -x -d 'real-time CPU time per period'
complete -c bulkhead -n '__bulkhead_in update' -l cpuset-cpus -x -d 'CPUs to use, such as 0-3,7'
complete -c bulkhead -n '__bulkhead_in update' -l cpuset-mems -x -d 'memory nodes to use'
complete -c bulkhead -n '__bulkhead_in update' -l memory -x -d 'memory limit: bytes, or with a unit (512m); -1: no limit'
complete -c bulkhead -n '__bulkhead_in update' -l cpu-idle -x -a '0 1' -d '1: only when nobody else runs; 0: not'
complete -c bulkhead -n '__bulkhead_in update' -l memory-reservation -x -d 'memory that is kept under pressure'
complete -c bulkhead -n '__bulkhead_in update' -l memory-swap -x -d 'memory and swap together; -1: no limit on swap'
complete -c bulkhead -n '__bulkhead_in update' -l pids-limit -x -d 'most processes; -1: no limit'
complete -c bulkhead -n '__bulkhead_in update' -l l3-cache-schema -x -d 'cache of the container\'s class of service, such as L3:0=7f0;1=1f'
complete -c bulkhead -n '__bulkhead_in update' -l mem-bw-schema -x -d 'its memory bandwidth, such as MB:0=20;1=70'
complete -c bulkhead -n '__bulkhead_in update 0 --resources -r --blkio-weight --cpu-period --cpu-quota --cpu-burst --cpu-share --cpu-shares --cpu-rt-period --cpu-rt-runtime --cpuset-cpus --cpuset-mems --memory --cpu-idle --memory-reservation --memory-swap --pids-limit --l3-cache-schema --mem-bw-schema --kernel-memory --kernel-memory-tcp' -a '(__bulkhead_ids)'
complete -c bulkhead -n '__bulkhead_in verify' -l format -s f -x -a 'table json' -d 'table or json'
complete -c bulkhead -n '__bulkhead_in verify' -l stop -d 'stop the first process for a moment and compare its seccomp program too'
complete -c bulkhead -n '__bulkhead_in verify 0 --format -f' -a '(__bulkhead_ids)'
