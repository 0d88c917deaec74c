@echo off
rem Runs the Maven that .mvn\wrapper carries, with the JDK of JAVA_HOME or, without it, the java on the PATH.
setlocal
set "PROJECT=%~dp0"
if "%PROJECT:~-1%"=="\" set "PROJECT=%PROJECT:~0,-1%"
if defined JAVA_HOME (set "JAVA=%JAVA_HOME%\bin\java.exe") else (set "JAVA=java.exe")
"%JAVA%" %MAVEN_OPTS% -classpath "%PROJECT%\.mvn\wrapper\maven-wrapper.jar" "-Dmaven.multiModuleProjectDirectory=%PROJECT%" org.apache.maven.wrapper.MavenWrapperMain %*
